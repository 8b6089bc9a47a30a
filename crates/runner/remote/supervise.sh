# shellcheck shell=sh disable=SC2154,SC2034
# The supervisor of one job: claims it, runs its steps, enforces the limits, leaves the verdict.
#
# Started detached from any session as `sh <stage>/supervisor <id> <stage> <our uid> <login user> <its uid> <its gid>`; the
# last three are empty unless sudo brought us here. Nothing is written to stdout: closing it says that the job is claimed.

supervise() {
    trap '' HUP
    cd / || exit
    user_number=$3
    prepare_host
    set_job "$1"
    stage=$2 login_user=$4 login_uid=$5 login_gid=$6
    # shellcheck source=/dev/null
    . "$stage/job"
    claim
    exec >/dev/null
    trap 'rm -rf "$stage"; exit 143' TERM
    exec 4>>"$run/steps"
    result=''
    read_uptime
    job_end=$((uptime + timeout_seconds)) epoch_at_zero=$(($(date +%s) - uptime))
    if [ "$lock" = none ]; then
        run_steps
    elif take_lock; then
        run_steps
        release_lock
    fi
    conclude
    sweep
}

# All that needs room on the disk is written before the claim; after it there are only renames.
claim() {
    read_process $$
    if ! {
        printf '%s\n' "$this_boot" >"$stage/boot" &&
            printf '%s %s %s\n' $$ "$start_time" "$output_limit" >"$stage/pid" &&
            printf '%-120s\n' reserved >"$stage/rc.reserved" &&
            printf 'steps 1\n' >"$stage/steps" &&
            printf '%s\n' "${stage##*/}" >"$stage/stage" &&
            : >>"$job_directory/out"
    } 2>/dev/null; then
        exit 1
    fi
    if ! mkdir "$run" 2>/dev/null; then # another launch of this job was first
        rm -rf "$stage"
        exit 0
    fi
    if [ -e "$acknowledged/$id" ]; then # it ran and was removed while this upload was on its way
        rm -rf "$job_directory"
        exit 0
    fi
    # pid is the last: whoever sees it sees the others.
    mv "$stage/boot" "$stage/rc.reserved" "$stage/steps" "$stage/stage" "$stage/pid" "$run/" || exit 1
}

# step <number> <root|login> <timeout in seconds> <stop|continue>: called by the job text, once for each step in order.
step() {
    if [ -n "$result" ]; then return; fi
    if [ -e "$run/cancel" ] || [ -e "$run/stop-after-step" ]; then
        result="cancelled 0"
        return
    fi
    place=$stage
    if [ "$2" = login ] && [ -n "$login_user" ]; then place=$stage/login; fi
    if [ -e "$place/scripts/$1.if" ]; then
        execute "$1" checking "$3" "$place/scripts/$1.if" /dev/null
        if [ "$ended" = exited ] && [ "$code" != 0 ]; then
            record "$1" skipped
            return
        fi
    else
        ended=exited
    fi
    if [ "$ended" = exited ]; then execute "$1" started "$3" "$place/scripts/$1" "$job_directory/out"; fi
    record "$1" finished "$code $ended"
    case $ended:$4 in
        exited:*) if [ "$code" != 0 ] && [ "$4" = stop ]; then result="exited $code"; fi ;;
        cancelled:*) result="cancelled $code" ;;
        overran-step:continue) ;;
        *) result="timed-out $code" ;;
    esac
}

# execute <number> <event> <timeout> <script> <output file>: sets code and ended.
execute() {
    # The child records itself before it becomes the payload, pid and start time unchanged by exec: no payload ever runs
    # that a later look could not find.
    (
        trap - HUP TERM
        read_process self
        record "$1" "$2" "$process_id $start_time"
        exec 4>&-
        umask 022
        become_payload "$4"
    ) </dev/null >>"$5" 2>&1 &
    payload=$! anything_ran=yes
    watch "$payload" "$3" </dev/null >/dev/null 2>&1 &
    watchdog=$!
    wait "$payload"
    code=$?
    kill -TERM "$watchdog" 2>/dev/null # it ignores this while it is stopping the group
    wait "$watchdog"
    case $? in
        3) ended=overran-step ;;
        4) ended=overran-job ;;
        5) ended=cancelled ;;
        *) ended=exited ;;
    esac
}

# The payload leads a session of its own: its group can be stopped as a whole, and no terminal can.
become_payload() {
    unset LC_ALL SUDO_COMMAND SUDO_USER SUDO_UID SUDO_GID
    MILLWRIGHT_FILES=$place/files MILLWRIGHT_SECRETS=$place/secrets
    export MILLWRIGHT_FILES MILLWRIGHT_SECRETS HOME PATH
    if [ "$place" = "$stage" ]; then exec setsid sh "$1"; fi
    USER=$login_user LOGNAME=$login_user
    case $login_user in
        *[!A-Za-z0-9._-]*) HOME=/ ;;
        *) eval "HOME=~$login_user" ;;
    esac
    export USER LOGNAME
    set -- "$1" --reuid="$login_uid" --regid="$login_gid" --init-groups
    if setpriv "$2" "$3" "$4" true 2>/dev/null; then exec setsid setpriv "$2" "$3" "$4" sh "$1"; fi
    exec setsid su -s /bin/sh "$login_user" -c "exec sh '$1'"
}

# record <number> <event> [details]: one write, one line; the whole block was reserved by the first line.
record() {
    if [ -n "$anything_ran" ]; then measure_output; else output_size=0; fi
    read_uptime
    printf '%s %s %s %s %s\n' "$1" "$2" $((epoch_at_zero + uptime)) "$output_size" "$3" 2>/dev/null >&4
}

# watch <payload> <timeout>: exits 0 when told that the payload ended, else with the reason for which it stopped it.
# It goes on when the supervisor is killed: the limits hold, and the secrets go with the payload.
watch() {
    exec 4>&-
    nap=''
    trap 'kill "$nap" 2>/dev/null; exit 0' TERM
    read_uptime
    step_end=$((uptime + $2)) pause=0.1 last_size=0
    while :; do
        sleep "$pause" &
        nap=$!
        wait "$nap" || pause=1
        limit_output
        read_uptime
        if [ -e "$run/cancel" ]; then
            reason=5
        elif [ "$uptime" -ge "$job_end" ]; then
            reason=4
        elif [ "$uptime" -ge "$step_end" ]; then
            reason=3
        elif kill -0 "$1" 2>/dev/null; then
            continue
        elif kill -0 $$ 2>/dev/null; then # $$ is the supervisor, also in here: it needs the stage for the next step
            exit 0
        else
            rm -rf "$stage"
            exit 0
        fi
        trap '' TERM
        stop_group "$1" "$grace_seconds"
        limit_output
        kill -0 $$ 2>/dev/null || rm -rf "$stage"
        exit "$reason"
    done
}

# Cuts `out` back to its limit. The payload appends, so bytes below the limit are never touched, and it never notices.
# A program that opened /dev/stderr anew may have emptied the file; that cannot be undone, but it can be told.
limit_output() {
    size=$(stat -c %s "$job_directory/out" 2>/dev/null) || return 0
    if [ "$size" -lt "$last_size" ]; then : >"$run/altered"; fi
    if [ "$size" -gt "$output_limit" ]; then
        # Said first: this may be ended at any moment, and what is gone must never pass for whole.
        [ -e "$run/cut" ] || : >"$run/cut"
        dd if=/dev/null of="$job_directory/out" bs=1024 seek=$((output_limit / 1024)) 2>/dev/null
        size=$output_limit
        next_pause=0.1
    elif [ $((size - last_size)) -gt $((output_limit / 8)) ]; then
        next_pause=0.1 # a flood: look again soon
    else
        next_pause=1
    fi
    case $pause in
        1) ;; # perhaps this sleep knows no fractions
        *) pause=$next_pause ;;
    esac
    last_size=$size
}

conclude() {
    rm -rf "$stage"
    pause=1 last_size=0
    limit_output
    output_size=${size:-0}
    judge_integrity
    # In place, on the block reserved at the start; then whole by rename.
    printf '%-120s\n' "$output_size $integrity ${result:-exited 0}" 1<>"$run/rc.reserved"
    sync "$run/rc.reserved" "$job_directory/out" 2>/dev/null || sync
    mv "$run/rc.reserved" "$run/rc"
}

# The lock is one symbolic link, so it never exists without its holder's name. Judging and breaking a stale one happens
# under flock, which the kernel releases, or two could break it and the second would break the first one's.
take_lock() {
    {
        flock 9 2>/dev/null
        holder=$(readlink "$state_directory/lock/change")
        if [ -n "$holder" ]; then
            holder_state=$(set_job "$holder" && read_state && echo "$state")
            if [ "$holder_state" != running ]; then rm -f "$state_directory/lock/change"; fi
        fi
        ln -s "$id" "$state_directory/lock/change" 2>/dev/null
        holder=$(readlink "$state_directory/lock/change")
    } 9>"$state_directory/lock/guard"
    if [ "$holder" = "$id" ]; then return 0; fi
    if [ -n "$holder" ]; then
        result="locked $holder"
    else
        echo "millwright: the lock for changes could not be taken in $state_directory/lock" >>"$job_directory/out"
        result="exited 73"
    fi
    return 1
}

release_lock() {
    if [ "$(readlink "$state_directory/lock/change")" = "$id" ]; then rm -f "$state_directory/lock/change"; fi
}

# At most once a day: jobs in which nothing has changed for two weeks and that do not run, and tombstones as old.
sweep() {
    read_uptime
    today=$(((epoch_at_zero + uptime) / 86400)) swept_day=''
    { read -r swept_day <"$state_directory/swept"; } 2>/dev/null
    if [ "$swept_day" = "$today" ]; then return; fi
    echo "$today" >"$state_directory/swept"
    for old in "$jobs"/*; do
        if [ -n "$(find "$old" -mtime -14 2>/dev/null)" ]; then continue; fi
        set_job "${old##*/}"
        read_state
        if [ "$state" != running ]; then remove_job; fi
    done
    find "$acknowledged" -type f -mtime +14 -exec rm -f {} + 2>/dev/null
}
