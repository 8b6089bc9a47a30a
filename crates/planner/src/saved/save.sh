umask 077
all=${saved%/*}
mkdir -p "$all" && chmod 700 "$all" || exit
mkdir "$saved" || exit
# What was kept only in part would be put back as if it were all.
trap '[ "$?" = 0 ] || rm -rf "$saved"' EXIT
: >"$saved/absent" || exit
for path in "$@"; do
    if [ ! -e "$path" ] && [ ! -L "$path" ]; then
        printf '%s\n' "$path" >>"$saved/absent" || exit
        echo "$path is not there."
        continue
    fi
    kib=$(du -sk "$path") || exit
    kib=${kib%%[!0-9]*}
    if [ "$kib" -gt 65536 ]; then
        echo "$path has $kib KiB, which is more than is kept (65536)." >&2
        exit 1
    fi
    mkdir -p "$saved/files${path%/*}" && cp -a "$path" "$saved/files$path" || exit
    echo "Saved $path."
done
