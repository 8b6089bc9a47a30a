//! Starts the loopback sshd and says how to reach it, until stdin ends: for trying things by hand.
use millwright_lab::Sshd;
use std::io::Read;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sshd = Sshd::start()?;
    println!("port {} user {} key {}", sshd.port(), sshd.user(), sshd.client_key().display());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
