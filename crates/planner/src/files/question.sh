# Prints files that everybody on the host may read, each between two lines that only whoever knows the nonce can write.
# POSIX sh: dash, bash, busybox ash.
how_it_is() {
    if [ ! -e "$1" ] && [ ! -L "$1" ]; then
        # Within a folder that this account cannot look into, a file may be there all the same.
        if [ -x "${1%/*}/" ] || [ "$(id -u)" = 0 ]; then echo absent; else echo hidden; fi
    elif [ ! -f "$1" ]; then
        echo odd
    else
        case $(stat -L -c %a "$1" 2>/dev/null) in
            *[4567]) if [ "$(wc -c <"$1")" -le "$limit" ]; then echo text; else echo long; fi ;;
            *) echo hidden ;;
        esac
    fi
}

file() {
    how=$(how_it_is "$2" 2>/dev/null)
    printf '\n@%s begin %s\n' "$nonce" "$1"
    if [ "$how" = text ]; then
        # It may have grown since it was measured.
        head -c "$limit" "$2" || how=odd
    fi
    printf '\n@%s end %s %s\n' "$nonce" "$1" "$how"
}

