# Makes a root folder with more packages from one without, as process 1 of its own namespaces: what it mounts or starts
# ends with it. Arguments: the new folder, the old one, the folder of the packages.
set -u
folder=$1 base=$2 packages=$3
exec 2>&1

build() {
	cp -a "$base/." "$folder/" || return
	mkdir "$folder/packages" || return
	mount --bind "$packages" "$folder/packages" || return
	mount -t proc proc "$folder/proc" || return
	# Nothing that is installed may start here.
	printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d"
	chmod 755 "$folder/usr/sbin/policy-rc.d"
	DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$folder" sh -c '
		apt-get -qy -o Dpkg::Use-Pty=0 --no-install-recommends install /packages/*.deb
	' || return
	umount "$folder/proc" "$folder/packages" || return
	rmdir "$folder/packages"
	rm -f "$folder/usr/sbin/policy-rc.d" "$folder/var/lib/dbus/machine-id"
	: >"$folder/etc/machine-id"
}

{
	build
	echo "finished $?"
} </dev/null &
read -r _
