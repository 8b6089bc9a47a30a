# shellcheck shell=sh disable=SC2154
# Follows one job from a byte offset to its verdict, then waits for the acknowledgement and removes the job.
#
# Never changes a running job. Ends by itself when stdout is closed.

# follow <offset> <step events that are known already>; set_job was called.
follow() {
    sent=$1 known_events=$2 event_count=0
    output_open='' steps_open='' pause=0.05
    read_uptime
    spoke=$uptime
    while :; do
        read_state # the verdict first, the size after it: nothing that precedes a verdict can be missed
        case $state in
            running) measure_output ;;
            finished) output_size=$final_size ;;
            interrupted | killed)
                remove_stages
                measure_output
                judge_integrity
                verdict=$state verdict_argument=''
                ;;
            *)
                say J "$id" "$state"
                return
                ;;
        esac
        sent_before=$sent
        send_steps
        send_output "$output_size"
        if [ "$state" != running ]; then break; fi
        if [ "$sent" != "$sent_before" ]; then pause=0.05; fi
        read_uptime
        if [ $((uptime - spoke)) -ge 5 ]; then
            say H
            spoke=$uptime
        fi
        pause_for "$pause"
        case $pause in
            0.05) pause=0.1 ;;
            0.1) pause=0.2 ;;
            0.2) pause=0.5 ;;
            *) pause=1 ;;
        esac
    done
    if [ "$output_size" -lt "$sent" ]; then integrity=altered; fi
    say F "$sent" "$integrity" "$verdict" "$verdict_argument"
    await_acknowledgement
}

await_acknowledgement() {
    if IFS= read -r answer && [ "$answer" = "ACK $frame_nonce" ]; then
        remove_job && say A
    fi
}

# Step events travel out of band; each is sent when the output before it has been sent.
send_steps() {
    if [ -z "$steps_open" ]; then
        [ -e "$run/steps" ] || return 0
        exec 6<"$run/steps"
        steps_open=yes
    fi
    while read -r number event epoch offset first second <&6; do
        case $number in
            *[!0-9]* | '') continue ;; # the heading
        esac
        event_count=$((event_count + 1))
        if [ "$event_count" -le "$known_events" ]; then continue; fi
        # Written after the size was taken, perhaps; a verdict's size is final.
        if [ "$offset" -gt "$output_size" ] && [ "$state" = running ]; then measure_output; fi
        if [ "$offset" -gt "$output_size" ]; then
            send_output "$output_size"
        else
            send_output "$offset"
        fi
        case $event in
            started | checking) say S "$event_count" "$number" "$event" "$epoch" "$offset" ;;
            *) say S "$event_count" "$number" "$event" "$epoch" "$offset" "$first" "$second" ;;
        esac
    done
}

# send_output <up to this offset>: the file stays open, and dd moves its position by exactly what it sends.
send_output() {
    if [ "$sent" -ge "$1" ]; then return 0; fi
    if [ -z "$output_open" ]; then
        exec 5<"$job_directory/out"
        output_open=yes
        if [ "$sent" -gt 0 ]; then dd bs=1 skip="$sent" count=0 <&5 >/dev/null 2>&1; fi
    fi
    while [ "$sent" -lt "$1" ]; do
        piece=$(($1 - sent))
        if [ "$piece" -gt 262144 ]; then piece=262144; fi
        say D "$sent" "$piece"
        dd bs="$piece" count=1 iflag=fullblock <&5 2>/dev/null || exit 1
        sent=$((sent + piece))
        spoke=$uptime
    done
}
