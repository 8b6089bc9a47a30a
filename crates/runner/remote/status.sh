# shellcheck shell=sh disable=SC2154
# What has become of some jobs: says it, acknowledges them, or asks them to stop. Each answers one line per id.

say_states() {
    for job_id; do
        set_job "$job_id"
        read_state
        case $state in
            finished) say J "$id" finished "$final_size" "$integrity" "$verdict" "$verdict_argument" ;;
            interrupted | killed)
                remove_stages
                measure_output
                judge_integrity
                say J "$id" "$state" "$output_size" "$integrity"
                ;;
            running)
                measure_output
                say J "$id" running "$output_size"
                ;;
            *) say J "$id" "$state" ;;
        esac
    done
    say Z
}

# A job that still runs is left alone.
acknowledge_jobs() {
    for job_id; do
        set_job "$job_id"
        read_state
        case $state in
            finished | interrupted | killed)
                remove_job
                read_state
                ;;
        esac
        say J "$id" "$state"
    done
    say Z
}

# cancel_job <cancel|stop-after-step>: leaves the mark that the supervisor looks for. A payload whose supervisor was
# killed has nobody else to stop it.
cancel_job() {
    read_state
    if [ "$state" = running ]; then
        if { : >"$run/$1"; } 2>/dev/null; then
            say C "$id" stopping
        else
            say E "$(name_cause)"
        fi
        if [ "$1" = cancel ] && ! is_alive "$supervisor_pid" "$supervisor_start" && payload_is_alive; then
            stop_group "$payload_pid" 10
        fi
    else
        say C "$id" "$state"
    fi
    say Z
}
