# shellcheck shell=sh disable=SC2154
# Runs one command on this channel and says how it ended. Leaves nothing on the host.
#
# The sender sets, above this text: frame_nonce, command_text, time_limit (empty, or seconds).

# The command's shell takes its text from a pipe, not from its arguments, and then has no stdin. It is a process of its
# own: whatever it does to itself, this shell is left to tell.
run_attached() {
    PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    export PATH
    printf '\n%s BEGIN\n' "$frame_nonce"
    # shellcheck disable=SC2016
    set -- sh -c 'eval "exec 3<&-; $(while IFS= read -r line || [ -n "$line" ]; do printf "%s\n" "$line"; done <&3)"'
    if [ -n "$time_limit" ] && command -v timeout >/dev/null; then set -- timeout "$time_limit" "$@"; fi
    printf '%s' "$command_text" | "$@" 3<&0 </dev/null 2>&1
    printf '\n%s END %s\n' "$frame_nonce" $?
}
