# shellcheck shell=sh disable=SC2154,SC2030,SC2031
# Runs one command on this channel and says how it ended. Leaves nothing on the host.
#
# The sender sets, above this text: frame_nonce, command_text. It keeps stdin open for as long as it waits for the answer.

# The command has a shell of its own, forked from this one: whatever it does to itself, this one is left to tell. Starting
# no further program for it halves what a short command costs the host.
run_attached() {
    PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    export PATH
    printf '\n%s BEGIN\n' "$frame_nonce"
    exec 3<&0
    (
        exec 3<&-
        frame_nonce=''
        eval "$command_text"
    ) </dev/null 2>&1 &
    command_process=$!
    stop_when_nobody_waits "$command_process" &
    watcher=$!
    wait "$command_process"
    code=$?
    kill -KILL "$watcher" 2>/dev/null
    printf '\n%s END %s\n' "$frame_nonce" "$code"
}

# Stdin ends when the sender has waited long enough, or is gone: nobody wants an answer, so the shell that would give it goes
# first. Then the command and all that descends from it, in one stroke: a script whose child was stopped before it would go
# on with its next line.
stop_when_nobody_waits() {
    exec >/dev/null 2>&1 # a redirection at the call would leave dash a hidden copy of the channel
    read -r _ <&3
    family=$(family_of "$1")
    kill -KILL $$
    # shellcheck disable=SC2086
    kill -TERM $family
    sleep 5
    # shellcheck disable=SC2086
    kill -KILL $family
}

# family_of <pid>: the process and all that descends from it.
family_of() {
    echo "$1"
    for child in $(children_of "$1"); do
        family_of "$child"
    done
}

# The name of a process, in parentheses, may contain anything: its parent is read from behind the last parenthesis.
children_of() {
    for stat_file in /proc/[0-9]*/stat; do
        { read -r line <"$stat_file"; } 2>/dev/null || continue
        rest=${line##*) }
        rest=${rest#* }
        if [ "${rest%% *}" = "$1" ]; then echo "${line%% *}"; fi
    done
}
