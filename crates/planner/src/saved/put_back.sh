umask 022
is_plain() { [ -f "$1" ] && [ ! -L "$1" ]; }
is_there() { [ -e "$1" ] || [ -L "$1" ]; }
is_same() {
    is_plain "$1" && is_plain "$2" && cmp -s "$1" "$2" &&
        [ "$(stat -c '%u:%g:%a' "$1")" = "$(stat -c '%u:%g:%a' "$2")" ]
}

# Copied beside its place and moved there, so that nobody ever reads half a file.
put_back() {
    kept=$saved/files$1 new=$1.millwright-new old=$1.millwright-old
    if is_same "$kept" "$1"; then
        echo "$1 is as it was."
        return
    fi
    rm -rf "$new" "$old" && mkdir -p "${1%/*}" && cp -a "$kept" "$new" || return
    if is_there "$1" && { ! is_plain "$1" || [ -d "$new" ]; }; then
        mv -f "$1" "$old" || return
    fi
    if ! mv -f "$new" "$1"; then
        if is_there "$old"; then mv -f "$old" "$1"; fi
        return 1
    fi
    rm -rf "$old"
    echo "Put back $1."
}

# A configuration file that its package brought stays: the package manager would take its absence for a person's wish,
# and never bring it again.
take_away() {
    if ! is_there "$1"; then
        echo "$1 is not there, as before."
    elif [ -d "$1" ] && [ ! -L "$1" ]; then
        if rmdir "$1" 2>/dev/null; then
            echo "Removed the empty folder $1."
        else
            echo "Left the folder $1, which had not been there: it is not empty."
        fi
    elif command -v dpkg-query >/dev/null 2>&1 && dpkg-query -S "$1" >/dev/null 2>&1; then
        echo "Left $1, which had not been there: it belongs to a package."
    else
        rm -f "$1" && echo "Removed $1, which had not been there."
    fi
}

if [ ! -f "$saved/absent" ]; then
    echo "$saved is not there any more: the configuration cannot be put back." >&2
    exit 1
fi
code=0
for path in "$@"; do
    if is_there "$saved/files$path"; then
        put_back "$path" || { echo "$path could not be put back." >&2; code=1; }
    elif grep -qxF -e "$path" "$saved/absent"; then
        take_away "$path" || { echo "$path could not be removed." >&2; code=1; }
    else
        echo "It is not known what $path was." >&2
        code=1
    fi
done
exit "$code"
