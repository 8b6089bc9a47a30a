# One machine: process 1 of its own process and mount namespaces, inside the lab's network namespace.
# Everything that it starts or mounts ends with it, and it ends when its input does.
# Arguments: name=value pairs. Orders on the input: "on".
set -eu
umask 022
for pair in "$@"; do export "${pair?}"; done

# Two machines in one control group would stop each other's services: each gets its own.
own_control_group() {
	while read -r _ _ _ _ point rest; do
		case " $rest" in
		*' - cgroup2 '*) below=$(sed -n 's/^0:://p' /proc/self/cgroup) ;;
		*' - cgroup '*name=systemd*) below=$(sed -n 's/^[0-9]*:name=systemd://p' /proc/self/cgroup) ;;
		*) continue ;;
		esac
		group=${point}${below%/}/$control_group
		mkdir -p "$group"
		echo 0 >"$group/cgroup.procs"
	done </proc/self/mountinfo
}

# The machine's disk: the shared root folder below, what it writes on a file system of limited size above.
mount_disk() {
	mount -t tmpfs -o "mode=755,$disk_options" tmpfs "$folder/disk"
	mkdir "$folder/disk/upper" "$folder/disk/work" "$folder/disk/root"
	mount -t overlay -o "lowerdir=$root_folder,upperdir=$folder/disk/upper,workdir=$folder/disk/work" \
		overlay "$folder/disk/root"
	root=$folder/disk/root
}

# What makes this machine itself: name, keys, account, package sources.
furnish() {
	cp -r --no-preserve=ownership "$folder/seed/." "$root/"
	chmod 600 "$root"/etc/ssh/ssh_host_*_key
	chmod 440 "$root/etc/sudoers.d/lab"
	chroot "$root" useradd --create-home --shell /bin/bash "$user"
	printf '%s:%s\n' "$user" "$password" | chroot "$root" chpasswd
	mkdir -m 700 "$root/home/$user/.ssh"
	mv "$root/authorized_keys" "$root/home/$user/.ssh/authorized_keys"
	chroot "$root" chown -R "$user:$user" "/home/$user/.ssh"
	[ "$sudo_installed" = yes ] || rm -f "$root/usr/bin/sudo"
}

plug_in() {
	mkdir -p /run/netns /run/systemd/nspawn
	mount -t tmpfs tmpfs /run/netns
	mount -t tmpfs tmpfs /run/systemd/nspawn
	ip netns add machine
	ip link add "$port" type veth peer name host0 address "$hardware_address" netns machine
	ip link set "$port" master switch up
	ip -n machine address add "$address/24" dev host0
	ip -n machine link set lo up
}

run() {
	while :; do
		ip -n machine link set host0 up
		ip -n machine neigh replace "$gateway" lladdr "$gateway_hardware_address" dev host0 nud permanent
		status=0
		systemd-nspawn --quiet --directory="$root" --machine="$name" --boot --register=no --keep-unit \
			--network-namespace-path=/run/netns/machine --resolv-conf=off --timezone=off --link-journal=no \
			--console=pipe </dev/null >>"$folder/console" 2>&1 || status=$?
		ip -n machine link set host0 down
		echo "ended $status" >>"$folder/console"
		# 133 is a restart that was asked for inside; anything else is the end until somebody switches it on.
		[ "$status" = 133 ] || break
	done
}

exec 2>&1
own_control_group
mount_disk
furnish
plug_in
run &
echo ready
while read -r order; do
	case $order in
	on)
		wait
		run &
		;;
	esac
done
