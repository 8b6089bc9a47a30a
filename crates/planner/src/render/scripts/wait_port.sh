# Is there a listener on this host, on any address? 0A is the kernel's word for “listening”.
if [ ! -r /proc/net/tcp ]; then
    echo "This host has no readable /proc/net/tcp, so its open ports cannot be seen." >&2
    exit 69
fi
check_once() {
    for table in /proc/net/tcp /proc/net/tcp6; do
        [ -r "$table" ] || continue
        while read -r _ local _ state _; do
            case $local/$state in *:"$port_hex"/0A) return 0 ;; esac
        done <"$table"
    done
    return 1
}
