//! How many files this process may hold open: a session takes four, and desktops allow 1024.

use std::io;

/// Raises the limit of open files to what the system allows this process, and says what it is now. A program that keeps
/// many sessions calls it once, at its start.
#[cfg(unix)]
pub fn raise_open_file_limit() -> io::Result<u64> {
    // More than anybody needs; some systems say "infinite" and then refuse it.
    const ENOUGH: libc::rlim_t = 65_536;
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointer is to a local of the right type.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let wanted = limit.rlim_max.min(ENOUGH);
    if limit.rlim_cur < wanted {
        limit.rlim_cur = wanted;
        // SAFETY: the pointer is to a local of the right type.
        if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) } != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(limit.rlim_cur)
}

/// This system has no such limit.
#[cfg(not(unix))]
pub fn raise_open_file_limit() -> io::Result<u64> {
    Ok(u64::MAX)
}
