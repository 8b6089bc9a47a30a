# The lab's network: a switch in a network namespace of its own, which ends with this script.
# Arguments: the name of the host's own port.
set -eu
ip link set lo up
ip link add switch type bridge
ip link set switch up
echo "ready $$"
read -r _ || true
# Deleting one end deletes the host's end too, at once; the namespace's own end would do it a moment later.
ip link del uplink 2>/dev/null || true
