# shellcheck shell=sh disable=SC2154
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

# Stdin ends when the sender has waited long enough, or is gone.
stop_when_nobody_waits() {
    exec >/dev/null 2>&1 # a redirection at the call would leave dash a hidden copy of the channel
    read -r _ <&3
    stop_tree "$1" TERM
    sleep 5
    stop_tree "$1" KILL
}

# stop_tree <pid> <signal>: the process and all that descends from it, the leaves first.
stop_tree() {
    for child in $(children_of "$1"); do
        stop_tree "$child" "$2"
    done
    kill "-$2" "$1" # busybox knows no -s here
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
