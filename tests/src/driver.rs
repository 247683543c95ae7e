//! Chromedriver as a process that never outlives the tests.

use anyhow::{Context, Result, anyhow};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// Chromedriver, and all that it starts, below a shell that waits for the end of its input.
///
/// The operating system closes that input when this process ends in whatever way, so nothing is left
/// behind by a panic, an interrupt or a browser kept in a `static`. The shell then ends its process
/// group and removes the profile.
pub struct Guard {
    shell: Child,
    /// Where it listens.
    pub port: u16,
    /// The browser's profile, removed with the process.
    pub profile: PathBuf,
}

const SHELL: &str = r#"
"$@" </dev/null & driver=$!
read -r never
trap '' TERM
kill -TERM 0
for try in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf "$MTL_PROFILE" 2>/dev/null
    kill -0 $driver 2>/dev/null || [ -e "$MTL_PROFILE" ] || break
    sleep 0.2
done
sleep 0.2
rm -rf "$MTL_PROFILE"
kill -KILL 0
"#;

impl Guard {
    /// Starts it with a profile of its own.
    pub fn start() -> Result<Self> {
        let profile = fresh_folder("mtl-browser")?;
        let driver = std::env::var("MTL_CHROMEDRIVER").unwrap_or_else(|_| "/usr/bin/chromedriver".into());
        let mut command = Command::new("sh");
        command
            .args(["-c", SHELL, "sh", &driver, "--port=0"])
            .env("MTL_PROFILE", &profile)
            // What Chromium leaves lying about goes with the profile.
            .env("TMPDIR", &profile)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut shell = command.spawn().context("start a shell for chromedriver")?;

        let (tell, told) = mpsc::channel();
        let output = shell.stdout.take().ok_or_else(|| anyhow!("chromedriver has no output"))?;
        // Reads on after the port, so that chromedriver never waits for a reader.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let port = line
                    .split_once("started successfully on port ")
                    .and_then(|(_, port)| port.trim_end_matches('.').parse::<u16>().ok());
                if let Some(port) = port {
                    let _ = tell.send(port);
                }
            }
        });
        let mut guard = Self { shell, port: 0, profile };
        guard.port = told
            .recv_timeout(Duration::from_secs(60))
            .with_context(|| format!("{driver} did not start (MTL_CHROMEDRIVER names another one)"))?;
        Ok(guard)
    }
}

impl Guard {
    /// The process group of all that was started.
    pub fn group(&self) -> u32 {
        self.shell.id()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

/// A new empty folder below the temporary one.
pub fn fresh_folder(name: &str) -> Result<PathBuf> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("{name}-{}-{count}", std::process::id()));
    if path.exists() {
        std::fs::remove_dir_all(&path)?;
    }
    std::fs::create_dir_all(&path).with_context(|| format!("make {}", path.display()))?;
    Ok(path)
}
