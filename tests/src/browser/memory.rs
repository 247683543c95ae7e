//! What the browser's processes take, as Linux tells it.

use super::Browser;
use std::fs::read_to_string;

impl Browser {
    /// Kilobytes that a tab's process, with the page and its workers, has for itself alone: of several tabs the
    /// largest one's. `None` where the system does not tell.
    pub fn private_kilobytes(&self) -> Option<u64> {
        let group = self.guard.group();
        let processes = std::fs::read_dir("/proc").ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        processes
            .filter(|id| id.parse::<u32>().is_ok() && is_renderer_of(id, group))
            .filter_map(|id| private(&id))
            .max()
    }
}

/// Whether a process shows pages and belongs to a process group.
fn is_renderer_of(id: &str, group: u32) -> bool {
    let renders = read_to_string(format!("/proc/{id}/cmdline")).is_ok_and(|line| line.contains("--type=renderer"));
    // The name, in brackets, may hold spaces; behind it stand state, parent and group.
    let stat = read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let own = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(2)?.parse().ok());
    renders && own == Some(group)
}

/// Memory that no other process shares.
fn private(id: &str) -> Option<u64> {
    let rollup = read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
    let lines = rollup.lines().filter(|line| line.starts_with("Private_"));
    Some(lines.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).sum())
}
