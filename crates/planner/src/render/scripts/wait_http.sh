# What a small system has differs: curl, wget, or at least bash, which speaks TCP but no TLS.
if command -v curl >/dev/null 2>&1; then
    fetch() { curl --silent --show-error --max-time 10 --include "$url" 2>&1; }
elif command -v wget >/dev/null 2>&1; then
    # Both GNU and busybox print the status line with -S. GNU prints the body of an error only when asked to; busybox may
    # lack -T (one of Debian crashes on it).
    if wget --help 2>&1 | grep -q -e --content-on-error; then
        fetch() { wget -q -S -T 10 -t 1 --max-redirect=0 --content-on-error -O - "$url" 2>&1; }
    else
        fetch() { timeout 10 wget -q -S -O - "$url" 2>&1; }
    fi
elif command -v bash >/dev/null 2>&1 && [ "${url#http://}" != "$url" ]; then
    authority=${url#http://}
    authority=${authority%%[/?#]*}
    path=${url#"http://$authority"}
    path=${path%%#*}
    case $path in /*) ;; *) path=/$path ;; esac
    host=${authority##*@}
    case $host in
        *\]:*) http_port=${host##*:} host=${host%:*} ;;
        *\]) http_port=80 ;;
        *:*) http_port=${host##*:} host=${host%:*} ;;
        *) http_port=80 ;;
    esac
    host=${host#\[}
    host=${host%\]}
    fetch() {
        timeout 10 bash -c '
            exec 3<>"/dev/tcp/$1/$2" || exit
            printf "GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: millwright\r\n\r\n" "$3" "$4" >&3
            cat <&3' bash "$host" "$http_port" "$path" "$authority" 2>&1
    }
else
    echo "This host has no program that can ask $url: install curl or wget." >&2
    exit 69
fi
check_once() {
    # A NUL cannot stand in a shell's text; a body is read up to 1 MiB.
    answer=$(fetch | head -c 1048576 | tr -d '\000\r')
    found=$(printf '%s\n' "$answer" | sed -n 's|^ *HTTP/[0-9.]* \([0-9][0-9][0-9]\).*|\1|p' | head -n 1)
    if [ -z "$found" ]; then
        last_answer=$(printf '%s\n' "$answer" | head -n 1 | cut -c 1-200)
        return 1
    fi
    last_answer="HTTP status $found"
    [ "$found" = "$status" ] || return 1
    [ -n "$contains" ] || return 0
    case $answer in *"$contains"*) return 0 ;; esac
    last_answer="HTTP status $found, but the text is not in the answer"
    return 1
}
