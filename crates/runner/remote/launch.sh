# shellcheck shell=sh disable=SC2154,SC2153
# Puts one upload of a job in place, starts its supervisor, and goes on to follow it.
#
# The sender sets, above this text: shared (the prelude's text), supervisor (the supervisor's text), job (settings and
# steps), input_bytes, and the functions write_scripts and receive_parts. Launching an id again starts nothing.

# launch <id> <stage name> <offset> <known step events>
launch() {
    prepare_host
    say_hello
    set_job "$1"
    stage=$job_directory/$2
    read_state
    case $state in
        absent | staged)
            lay_out_stage
            start_supervisor
            await_start
            ;;
        *)
            # The sender does not know and sends all the same; the acknowledgement comes behind it.
            receive /dev/null "$input_bytes"
            ;;
    esac
    started=already started_stage=''
    { read -r started_stage <"$run/stage"; } 2>/dev/null
    if [ "$started_stage" = "$2" ]; then started=started; fi
    say B "$started"
    # Most short jobs have ended by then: one rest instead of several looks.
    if [ "$started" = started ] && [ "$4" = 0 ]; then pause_for 0.1; fi
    follow "$3" "$4"
}

# Until the supervisor is started a failure leaves nothing behind, and nothing has run.
refuse() {
    rm -rf "$stage"
    rmdir "$job_directory" 2>/dev/null
    say E "$1"
    exit 0
}

lay_out_stage() {
    mkdir -p "$acknowledged" "$state_directory/lock" "$stage/scripts" "$stage/files" "$stage/secrets" 2>/dev/null ||
        refuse "$(name_cause)"
    {
        printf '%s\n' "$shared" "$supervisor" >"$stage/supervisor" &&
            printf '%s\n' "$job" >"$stage/job" &&
            write_scripts
    } 2>/dev/null || refuse "$(name_cause)"
    receive_parts || refuse "$(name_upload_failure)"
    if [ "$login_steps" = yes ] && [ -n "$SUDO_UID" ]; then
        hand_to_login_user 2>/dev/null || refuse "$(name_cause)"
    fi
}

# write_script <file name>: the text is $2. printf is a builtin: nothing stands in the list of processes.
write_script() {
    printf '%s\n' "$2" >"$stage/scripts/$1"
}

# Steps of the login user get copies of their own. Nothing that the login user may write is ever read by a step of root,
# and of root's directories the login user may only pass through.
hand_to_login_user() {
    mkdir "$stage/login" &&
        cp -R "$stage/scripts" "$stage/files" "$stage/secrets" "$stage/login/" &&
        chown -R "$SUDO_UID:$SUDO_GID" "$stage/login" &&
        chmod 711 "$state_directory" "$jobs" "$job_directory" "$stage"
}

# receive <file> <bytes>: takes exactly that many bytes from stdin. (busybox head reads ahead, a plain dd comes back short
# from a pipe; dd that fills whole blocks does neither.)
receive() {
    blocks=$(($2 / 65536)) rest=$(($2 % 65536))
    {
        [ "$blocks" = 0 ] || dd bs=65536 count="$blocks" iflag=fullblock
        [ "$rest" = 0 ] || dd bs="$rest" count=1 iflag=fullblock
    } 2>/dev/null >"$1"
}

receive_part() {
    { receive "$stage/$1" "$2"; } 2>/dev/null
    [ "$(stat -c %s "$stage/$1" 2>/dev/null)" = "$2" ]
}

# Either stdin ended too early or there was no room.
name_upload_failure() {
    upload_failure=$(name_cause)
    if [ "$upload_failure" = denied ]; then upload_failure=truncated; fi
    echo "$upload_failure"
}

# Under systemd the supervisor gets a unit of its own, out of reach of logind; else a session of its own. Both may be
# tried: only one supervisor can claim the job.
start_supervisor() {
    set -- "$id" "$stage" "$user_number" "$SUDO_USER" "$SUDO_UID" "$SUDO_GID"
    if [ "$user_number" = 0 ] && [ -d /run/systemd/system ]; then
        start_unit --property=OOMPolicy=continue "$@" && return
        start_unit --property=KillMode=process "$@" && return # systemd before 243
    fi
    # It closes its stdout when it has claimed the job, or when it will not: no need to look again and again.
    claimed=$(setsid sh "$stage/supervisor" "$@" </dev/null 2>/dev/null &)
}

# KillMode: what the payload leaves behind stays. OOMPolicy: the supervisor outlives a payload that ran out of memory.
# IgnoreSIGPIPE: systemd would have `yes | head` complain.
start_unit() {
    unit_property=$1
    shift
    systemd-run --quiet --collect --unit="millwright-$id" --property=KillMode=process --property=IgnoreSIGPIPE=no \
        "$unit_property" --setenv=PATH="$PATH" --setenv=HOME="$HOME" \
        "$(command -v sh)" "$stage/supervisor" "$@" </dev/null >/dev/null 2>&1 && return
    # The unit's name is taken when another launch of this job was first.
    pause_for 0.2
    [ -d "$run" ]
}

await_start() {
    read_uptime
    start_end=$((uptime + 30))
    until [ -e "$run/pid" ] || [ -e "$acknowledged/$id" ]; do
        pause_for 0.02
        read_uptime
        if [ "$uptime" -ge "$start_end" ]; then refuse not-started; fi
    done
}
