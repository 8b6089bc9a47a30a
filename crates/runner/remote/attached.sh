# shellcheck shell=sh disable=SC2034,SC2154
# Runs commands on this channel, one after another, and says how each ended. Leaves nothing on the host.
#
# A request is one line of stdin, evaluated: `first` for the first command, `again` for each later one. The sender keeps
# stdin open for as long as it waits for an answer or may ask again.
#
# This travels as one line within single quotes, through any login shell: no single quote, no exclamation mark, no doubled
# backslash, no comment behind a command, and no line that ends in the middle of a `case`.

serve_attached() {
    PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    export PATH
    newline=${IFS#??}
    while IFS= read -r request; do
        eval "$request"
    done
    if is_alive "$!"; then stop_descendants; fi
}

# first <nonce> <command>: answers on stdout, with no further program: what a short command costs the host is processes.
first() {
    request=""
    printf "\n%s BEGIN\n" "$1"
    answer "$1" "$2" &
}

# again <nonce> <command>: answers on stderr. What the first command left behind may still write to stdout, but it has no way
# to this. And each command has a pipe of its own: once nobody holds that any more, there is nobody to write into the next
# answer, and CLEAN says so.
again() {
    request=""
    wait
    printf "\n%s BEGIN\n" "$1" >&2
    {
        answer "$1" "$2" | cat
        printf "\n%s CLEAN\n" "$1"
    } >&2 &
}

# The command has a shell of its own, forked from this one: whatever it does to itself, this one is left to tell. Not when
# it has killed the main shell (its `$$`): what it meant by that is not known.
answer() {
    (
        command_text=$2
        set --
        eval "$command_text"
    ) </dev/null 2>&1
    code=$?
    if is_alive "$$"; then printf "\n%s END %s\n" "$1" "$code"; fi
}

# Stdin ended while a command ran: the sender has waited long enough, or is gone, and nobody reads the channel. All that
# descends from this shell stops in one stroke, parents first: a script whose child was stopped before it would go on with
# its next line.
stop_descendants() {
    exec >/dev/null 2>&1
    family=" $$ "
    grown=yes
    while [ -n "$grown" ]; do
        grown=""
        for stat_file in /proc/[0-9]*/stat; do
            if read_stat "$stat_file"; then adopt "${line%% *}" "${rest#* }"; fi
        done
    done
    # shellcheck disable=SC2086
    kill -TERM ${family#" $$ "}
    sleep 5
    # shellcheck disable=SC2086
    kill -KILL ${family#" $$ "}
}

# adopt <pid> <parent and more>
adopt() {
    case $family in *" $1 "*) return ;; esac
    case $family in *" ${2%% *} "*) family="$family$1 " grown=yes ;; esac
}

# is_alive <pid>: it runs. One that has ended and was not waited for yet does not (Z, X), nor one that is to die of a signal
# as soon as it gets its turn (the 29th word: what is pending), nor one that is being taken down (the 7th: PF_EXITING), nor
# one that holds off a signal that will end it: bash does so around a fork (read_pending; 1 to 16 all end a process). That is
# asked first: what has reached the process by then shows in its state.
is_alive() {
    read_pending "/proc/$1/status" || return
    read_stat "/proc/$1/stat" || return
    # shellcheck disable=SC2086
    set -- $rest
    case $1${29} in Z* | X* | ?*[1-9]*) return 1 ;; esac
    case $pending in *0000) ;; *) return 1 ;; esac
    [ $(($7 & 4)) = 0 ]
}

# The signals that were sent to the process as a whole and have not reached it, in hexadecimal.
read_pending() {
    pending=""
    { while read -r word value; do
        case $word in ShdPnd:) pending=$value && break ;; esac
    done <"$1"; } 2>/dev/null
}

# The name of a process, in parentheses, may contain anything: what follows is read from behind the last parenthesis.
read_stat() {
    { read -r line <"$1"; } 2>/dev/null || return
    rest=${line##*) }
}
