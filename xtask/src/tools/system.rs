//! Packages of the operating system, where it is Debian or one of its relatives.

use std::process::Command;

use anyhow::{Context, Result};

use crate::process;

/// Installs Debian packages; does nothing on a system without `apt-get`.
pub fn install_packages(purpose: &str, packages: &[&str]) -> Result<()> {
    let Some(apt) = process::find_program(&["apt-get"]) else {
        return Ok(());
    };
    println!("Installing {} by apt-get: {purpose} (a few minutes)", packages.join(" "));
    let remedy = format!("install {purpose} yourself, then try again");
    let as_root = is_root()?;
    let apt_get = |arguments: &[&str]| {
        let mut command = if as_root {
            Command::new(&apt)
        } else {
            let mut command = Command::new("sudo");
            command.args(["env", "DEBIAN_FRONTEND=noninteractive"]).arg(&apt);
            command
        };
        command.env("DEBIAN_FRONTEND", "noninteractive").args(arguments);
        command
    };
    process::run(&mut apt_get(&["update", "-qq"]), &remedy)?;
    process::run(apt_get(&["install", "-y", "-qq"]).args(packages), &remedy)
}

fn is_root() -> Result<bool> {
    let user = process::output(Command::new("id").arg("-u"), "run this as a user that may install packages")
        .context("the current user is unknown")?;
    Ok(user.trim() == "0")
}
