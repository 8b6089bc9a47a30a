# Builds the root folder that machines are copied from, as process 1 of its own namespaces: what debootstrap mounts or
# starts ends with it. Arguments: the folder, the folder of wget's settings, then debootstrap's own arguments.
set -u
folder=$1 wget_home=$2
shift 2
exec 2>&1
# wget looks at owner and mode by itself and refuses a plain user's private files, even to root.
chown root:root "$wget_home/.wgetrc" "$wget_home/.netrc"
export HOME="$wget_home" WGETRC="$wget_home/.wgetrc" DEBIAN_FRONTEND=noninteractive LC_ALL=C

build() {
	debootstrap "$@" || return
	chroot "$folder" sh -eu <<'INSIDE'
	# Quick and quiet: no timer, no console, nothing that reaches out.
	for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer \
		e2scrub_reap.service systemd-networkd-wait-online.service systemd-timesyncd.service systemd-pstore.service \
		getty@tty1.service console-getty.service; do
		ln -sf /dev/null "/etc/systemd/system/$unit"
	done
	rm -f /etc/ssh/ssh_host_* /etc/resolv.conf /etc/apt/sources.list /etc/apt/sources.list.d/*
	rm -rf /var/cache/apt/archives/*.deb /var/lib/apt/lists/*
	: >/etc/machine-id
	rm -f /var/lib/dbus/machine-id
	mkdir -p /etc/ssh/sshd_config.d
	echo 'PermitRootLogin no' >/etc/ssh/sshd_config.d/lab.conf
	echo 'Acquire::Languages "none";' >/etc/apt/apt.conf.d/lab
	passwd --quiet --lock root
INSIDE
}

{
	build "$@"
	echo "finished $?"
} </dev/null &
read -r _
