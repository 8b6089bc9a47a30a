# Asks again and again until the answer is yes or the time is up. The uptime is the clock: it never jumps.
uptime_seconds() { read -r up rest </proc/uptime && echo "${up%%.*}"; }
deadline=$(($(uptime_seconds) + timeout_seconds))
attempts=0
until
    attempts=$((attempts + 1))
    check_once
do
    if [ "$(uptime_seconds)" -ge "$deadline" ]; then
        printf 'Gave up after %s seconds and %s attempts: %s.\n' "$timeout_seconds" "$attempts" "$waiting_for" >&2
        [ -z "$last_answer" ] || printf 'Last answer: %s\n' "$last_answer" >&2
        exit 1
    fi
    sleep "$interval_seconds"
done
printf 'Yes, at attempt %s: %s.\n' "$attempts" "$waiting_for"
