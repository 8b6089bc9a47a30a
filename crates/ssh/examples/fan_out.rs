//! Measures connect + exec over many loopback addresses served by one sshd, and prints wall time, client CPU per host and
//! peak memory: `fan_out HOSTS PARALLEL PORT KEY_FILE HOST_KEY.pub [ROUNDS]`. sshd has to listen on 0.0.0.0 with MaxStartups raised.
#![allow(clippy::print_stdout, missing_docs, reason = "a measuring program")]

use millwright_ssh::{ConnectOptions, Ending, Endpoint, HostKeyPin, Identity, PinStanding, Prompts, connect};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Semaphore;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [hosts, parallel, port, key, host_key] = &words[..5] else { return Err("five arguments".into()) };
    let pin = HostKeyPin { key: std::fs::read_to_string(host_key)?.parse()?, standing: PinStanding::Trusted };
    let places = Arc::new(Semaphore::new(parallel.parse()?));
    let began = Instant::now();
    let mut running = Vec::new();
    for number in 0..hosts.parse::<u32>()? {
        let endpoint = Endpoint {
            address: format!("127.1.{}.{}", number / 250, number % 250 + 1),
            port: port.parse()?,
            user: "root".to_owned(),
            identities: vec![Identity::KeyFile { path: key.into() }],
            pins: vec![pin.clone()],
        };
        let places = Arc::clone(&places);
        running.push(tokio::spawn(async move {
            let _place = places.acquire().await;
            let session = connect(&[endpoint], &ConnectOptions::default(), &Prompts::nobody()).await;
            match session {
                Ok(session) => {
                    let output = session.exec("true").collect(1024).await;
                    (output.ending == Ending::Exited { code: 0 }).then_some(session)
                }
                Err(error) => {
                    println!("{error}");
                    None
                }
            }
        }));
    }
    let mut sessions = Vec::new();
    for one in running {
        sessions.extend(one.await?);
    }
    let cold = began.elapsed();
    let cpu_cold = cpu_seconds();
    let began = Instant::now();
    let again: Vec<_> = sessions.iter().map(|session| tokio::spawn(session.exec("true").collect(1024))).collect();
    for one in again {
        one.await?;
    }
    let warm = began.elapsed();
    let count = sessions.len() as f64;
    println!(
        "{count} of {hosts}: cold {cold:.2?}, {:.2} ms CPU a host; warm {warm:.2?}, {:.2} ms CPU a host",
        cpu_cold * 1000.0 / count,
        (cpu_seconds() - cpu_cold) * 1000.0 / count
    );
    for line in std::fs::read_to_string("/proc/self/status")?.lines() {
        if line.starts_with("VmHWM") || line.starts_with("Threads") {
            println!("{line}");
        }
    }
    Ok(())
}

fn cpu_seconds() -> f64 {
    // SAFETY: the structure is plain numbers and the call fills it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}
