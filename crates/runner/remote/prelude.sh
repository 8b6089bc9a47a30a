# shellcheck shell=sh disable=SC2034,SC2154
# What every script on the host shares: where jobs live, what has become of one, how frames are written.
#
# POSIX sh (dash, bash, busybox ash) with dd, stat, find, df and setsid. Blank lines and comments are removed before this
# is sent. The sender sets, above this text: state_directory (empty: the usual place), boot_id_file, frame_nonce.
#
# state_directory/jobs/<id>/   out               what the payload printed
#                              run/              made by mkdir: the exactly-once point
#                                  boot pid      boot id; supervisor's pid, its start time, output limit in bytes
#                                  steps         one line per step event
#                                  rc            <final size> <integrity> <verdict> <argument>, by rename
#                                  cancel stop-after-step cut altered    marks
#                              stage.<nonce>/    one upload: supervisor, job, scripts, files, secrets; login/ for the login user
# state_directory/acknowledged/<id>             a job that was removed: a late launch of it must not start it again
# state_directory/lock/change                   a symbolic link whose target is the id of the job that holds the lock

prepare_host() {
    umask 077
    # systemd and some sshd configurations give next to no PATH.
    PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    export PATH
    [ -n "$user_number" ] || user_number=$(id -u)
    if [ "$user_number" = 0 ]; then HOME=~root; fi
    if [ -n "$state_directory" ]; then
        :
    elif [ "$user_number" = 0 ]; then
        state_directory=/var/lib/millwright
    else
        state_directory=$HOME/.local/state/millwright
    fi
    jobs=$state_directory/jobs
    acknowledged=$state_directory/acknowledged
    read -r this_boot <"$boot_id_file"
}

# Every line of ours carries the nonce. A closed stdout ends the script: nobody is left to answer to.
say() {
    printf '%s %s\n' "$frame_nonce" "$*" 2>/dev/null || exit 1
}

# The blank first line ends whatever a login shell's start-up file printed without a newline.
say_hello() {
    printf '\n' || exit 1
    say HELLO 1
}

# Seconds since the start of the host: wall clocks jump.
read_uptime() {
    read -r uptime uptime_rest </proc/uptime
    uptime=${uptime%%.*}
}

# A sleep that knows no fractions fails at once.
pause_for() {
    sleep "$1" 2>/dev/null || sleep 1
}

# read_process <pid|self>: process_id and its start time, which is empty when the process is gone or a zombie.
# The name of the process, in parentheses, may contain anything: all is read from behind the last parenthesis.
read_process() {
    process_id='' start_time='' process_line=''
    { read -r process_line <"/proc/$1/stat"; } 2>/dev/null
    [ -n "$process_line" ] || return 0
    process_id=${process_line%% *}
    # shellcheck disable=SC2086
    set -- ${process_line##*) }
    case $1 in
        Z | X) ;;
        *) start_time=${20} ;;
    esac
}

# is_alive <pid> <start time>: a pid alone may have been given to another process since.
is_alive() {
    [ -n "$1" ] && read_process "$1" && [ -n "$start_time" ] && [ "$start_time" = "$2" ]
}

# set_job <id>
set_job() {
    id=$1
    job_directory=$jobs/$1
    run=$jobs/$1/run
}

# read_state: state = absent | staged | running | finished | interrupted | killed | acknowledged
read_state() {
    if [ -e "$acknowledged/$id" ]; then
        state=acknowledged
    elif [ -d "$run" ]; then
        judge_run
    elif [ -d "$job_directory" ]; then
        state=staged
    else
        state=absent
    fi
}

judge_run() {
    supervisor_pid='' supervisor_start='' output_limit='' run_boot=''
    if read_verdict; then
        state=finished
        return
    fi
    { read -r run_boot <"$run/boot" && read -r supervisor_pid supervisor_start output_limit <"$run/pid"; } 2>/dev/null
    if [ -n "$run_boot" ] && [ "$run_boot" != "$this_boot" ]; then
        state=interrupted
    elif [ -z "$supervisor_pid" ]; then
        # The supervisor fills run/ right after making it; an empty one that is old has lost its supervisor there.
        state=running
        [ -z "$(find "$run" -prune -mmin +1 2>/dev/null)" ] || state=killed
    elif is_alive "$supervisor_pid" "$supervisor_start" || payload_is_alive; then
        state=running
    elif read_verdict; then # written between the first look and this one
        state=finished
    elif [ -e "$acknowledged/$id" ]; then
        state=acknowledged
    elif host_goes_down; then # soon an interruption; "killed" would be said too early
        state=running
    else
        state=killed
    fi
}

read_verdict() {
    { read -r final_size integrity verdict verdict_argument rest <"$run/rc"; } 2>/dev/null
}

# The last step event that names a process is about the last process that was started.
payload_is_alive() {
    payload_pid='' payload_start=''
    while read -r step_number step_event step_epoch step_offset step_first step_second; do
        case $step_event in
            started | checking) payload_pid=$step_first payload_start=$step_second ;;
        esac
    done 2>/dev/null <"$run/steps"
    is_alive "$payload_pid" "$payload_start"
}

host_goes_down() {
    [ -d /run/systemd/system ] && [ "$(systemctl is-system-running 2>/dev/null)" = stopping ]
}

# output_size never passes the limit: what lies above it is about to be cut off.
measure_output() {
    output_size=$(stat -c %s "$job_directory/out" 2>/dev/null) || output_size=0
    if [ -n "$output_limit" ] && [ "$output_size" -gt "$output_limit" ]; then output_size=$output_limit; fi
}

judge_integrity() {
    integrity=whole
    if [ -e "$run/cut" ]; then integrity='cut'; fi
    if [ -e "$run/altered" ]; then integrity=altered; fi
}

# stop_group <pid> <grace in seconds>: TERM to the process group, KILL to what is left of it after the grace.
stop_group() {
    # A payload that was forked a moment ago is not yet the leader of its group.
    until kill -TERM "-$1" 2>/dev/null; do
        kill -0 "$1" 2>/dev/null || return 0
        pause_for 0.05
    done
    read_uptime
    grace_end=$((uptime + $2))
    while kill -0 "-$1" 2>/dev/null; do
        if [ "$uptime" -ge "$grace_end" ]; then
            kill -KILL "-$1" 2>/dev/null
            return 0
        fi
        pause_for 0.1
        read_uptime
    done
}

# Uploads hold secrets: a job that nothing supervises any more must not keep them.
remove_stages() {
    rm -rf "$job_directory"/stage.*
}

# remove_job: the tombstone comes first and is looked for first, so that at no moment the id looks as if it may be started,
# and nobody takes what is left of the directory for a job.
remove_job() {
    : >"$acknowledged/$id" || return 1
    rm -rf "$job_directory"
}

# name_cause: why something could not be written. `[ -w ]` says yes to root on a read-only disk in some shells.
name_cause() {
    place=$state_directory
    until [ -d "$place" ]; do
        place=${place%/*}
        [ -n "$place" ] || place=/
    done
    mount_options=''
    while read -r device mount_point type options rest; do # what is mounted later lies above or deeper
        case $place/ in "${mount_point%/}"/*) mount_options=$options ;; esac
    done </proc/self/mounts
    cause=denied
    case ,$mount_options, in *,ro,*) cause=read-only ;; esac
    for df_option in -Pk -Pi; do
        free=$(df "$df_option" "$place" 2>/dev/null | { read -r line; read -r device all used free line; echo "$free"; })
        case $cause:$free in
            denied: | denied:*[!0-9]* | read-only:*) ;;
            *) if [ "$free" -lt 64 ]; then cause=full; fi ;;
        esac
    done
    echo "$cause"
}
