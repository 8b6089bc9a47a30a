# Written beside its place and moved there, so that nobody ever reads half a file.
case $to in
    */) echo "$to names a folder, not a file." >&2; exit 1 ;;
esac
if [ -d "$to" ]; then
    echo "$to is a folder." >&2
    exit 1
fi
folder=${to%/*}
if [ ! -d "${folder:-/}" ]; then
    echo "The folder ${folder:-/} is missing." >&2
    exit 1
fi
umask 077
new=$(mktemp "$to.XXXXXX") || exit
trap 'rm -f "$new"' EXIT
trap 'exit 1' HUP INT TERM
content >"$new" || exit
if [ -n "$owner" ]; then chown -- "$owner" "$new" || exit; fi
chmod "$mode" "$new" || exit
if [ -f "$to" ] && [ ! -L "$to" ] && cmp -s "$new" "$to" &&
    [ "$(stat -c '%u:%g:%a' "$new")" = "$(stat -c '%u:%g:%a' "$to")" ]; then
    echo "$to is already there."
    exit 0
fi
mv -f -- "$new" "$to" || exit
echo "Wrote $to."
