# One loopback sshd, once it is told to start. Ends every process that carries the host's mark when its input ends.
# Arguments: mark, sshd, configuration, log. Orders on the input: "start".
mark=$1 sshd=$2 configuration=$3 log=$4 listeners=

while read -r order; do
	case $order in
	start)
		"$sshd" -D -f "$configuration" -E "$log" </dev/null >>"$log" 2>&1 &
		listeners="$listeners $!"
		echo "started $!"
		;;
	esac
done
# The listener and every session first, so that nothing new carries the mark after the search.
# (`$(jobs -p)` names nobody in dash: a substitution is another shell.)
for listener in $listeners; do
	kill -KILL "$listener"
done 2>/dev/null
for environment in $(grep -lsz "^MILLWRIGHT_LAB_HOST=$mark\$" /proc/[0-9]*/environ); do
	process=${environment%/environ}
	kill -KILL "${process#/proc/}"
done 2>/dev/null
