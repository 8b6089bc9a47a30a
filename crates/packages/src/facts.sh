# Prints what this host can say about itself, in sections that only whoever knows the nonce can delimit.
# POSIX sh: dash, bash, busybox ash. `nonce` and `refresh` are assigned on the lines before this one.
# A tool that is missing or fails becomes that section's end status; nothing here stops the script.

LC_ALL=C LANGUAGE='' PATH="${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin"
export LC_ALL LANGUAGE PATH
unset GREP_OPTIONS POSIXLY_CORRECT APT_CONFIG 2>/dev/null
umask 077
cd / || exit 1

# section NAME TOOL ARGUMENT…: the tool's output, then its errors, then its exit code or "absent".
section() {
  section_name=$1
  shift
  printf '\n@%s begin %s\n' "$nonce" "$section_name"
  if command -v "$1" >/dev/null 2>&1; then
    section_code=0
    { section_errors=$("$@" 2>&1 >&3 3>&- </dev/null) || section_code=$?; } 3>&1
    if [ -n "$section_errors" ]; then
      printf '\n@%s errors %s\n%s' "$nonce" "$section_name" "$section_errors"
    fi
    printf '\n@%s end %s %s\n' "$nonce" "$section_name" "$section_code"
  else
    printf '\n@%s end %s absent\n' "$nonce" "$section_name"
  fi
}

# skipped NAME WHY: a section that was not tried.
skipped() {
  printf '\n@%s begin %s\n\n@%s end %s %s\n' "$nonce" "$1" "$nonce" "$1" "$2"
}

# bounded SECONDS COMMAND…: a hung mount or bus must not hang the facts.
bounded() {
  bounded_seconds=$1
  shift
  if command -v timeout >/dev/null 2>&1; then
    timeout -s KILL "$bounded_seconds" "$@"
  else
    "$@"
  fi
}

kernel_and_host() {
  uname -snrm
}

os_release() {
  if [ -r /etc/os-release ]; then cat /etc/os-release; else cat /usr/lib/os-release; fi
}

# What Linux says in single lines, read without a process each.
running_system() {
  for running_file in random/boot_id uptime loadavg; do
    running_path=/proc/$running_file
    [ "$running_file" = random/boot_id ] && running_path=/proc/sys/kernel/random/boot_id
    running_line=
    [ -r "$running_path" ] && read -r running_line <"$running_path"
    printf '%s %s\n' "${running_file#random/}" "$running_line"
  done
}

# Local file systems that can fill up. Network ones are left out: a dead server would hang us, and they are not this
# host's disk. `stat` gives plain numbers on GNU and busybox alike, where the columns of `df` do not.
filesystems() {
  set --
  while read -r mount_device mount_point mount_type _; do
    case $mount_type in
      autofs | binfmt_misc | bpf | cgroup | cgroup2 | configfs | debugfs | devpts | devtmpfs | efivarfs | fusectl | \
        hugetlbfs | mqueue | nsfs | proc | pstore | ramfs | rpc_pipefs | securityfs | selinuxfs | sysfs | tracefs) continue ;;
      squashfs | iso9660 | erofs | cramfs) continue ;;
      nfs | nfs4 | cifs | smb3 | smbfs | 9p | afs | beegfs | ceph | glusterfs | lustre | ocfs2 | gfs2 | virtiofs | fuse | fuse.*) continue ;;
      tmpfs) case $mount_point in / | /tmp | /var | /var/*) ;; *) continue ;; esac ;;
      overlay) case $mount_point in /) ;; *) continue ;; esac ;;
    esac
    mount_path=$mount_point
    case $mount_point in
      *\\012*) continue ;;
      *\\*) mount_path=$(printf '%b' "$mount_point") ;;
    esac
    printf 'mount %s %s %s\n' "$mount_device" "$mount_point" "$mount_type"
    set -- "$@" "$mount_path"
  done </proc/self/mounts
  [ "$#" -eq 0 ] || bounded 10 stat -f -c 'space %b %f %a %S %c %d %n' -- "$@"
}

package_manager() {
  if command -v apt-get >/dev/null 2>&1 && command -v dpkg-query >/dev/null 2>&1; then
    echo apt
    return
  fi
  for package_tool in dnf yum zypper apk pacman; do
    if command -v "$package_tool" >/dev/null 2>&1; then
      echo "$package_tool"
      return
    fi
  done
  echo none
}

# The list lock has no time-out of its own in apt (DPkg::Lock::Timeout is dpkg's), so another process's update is
# waited for here; any other failure is the answer at once.
refresh_index() {
  refresh_tries=0
  while :; do
    refresh_code=0
    refresh_said=$(apt-get -q -o DPkg::Lock::Timeout=60 -o APT::Update::Error-Mode=any -o Acquire::Retries=1 update 2>&1) || refresh_code=$?
    case $refresh_code:$refresh_said in
      0:* | *:) break ;;
      *'/lists/lock'*) [ "$refresh_tries" -lt 20 ] || break ;;
      *) break ;;
    esac
    refresh_tries=$((refresh_tries + 1))
    sleep 3
  done
  printf '%s\n' "$refresh_said"
  return "$refresh_code"
}

# Seconds now, then of what only a successful update of the index touches. Not `lists/partial` and not pkgcache.bin: a
# failed update and an installation touch those. When nothing had changed at the mirror and no stamp is kept, the time
# is that of the last change: an index may look older than it is, never newer.
index_age() {
  date +%s
  set --
  for index_path in /var/lib/apt/periodic/update-success-stamp /var/lib/apt/periodic/update-stamp /var/lib/apt/lists; do
    [ -e "$index_path" ] && set -- "$@" "$index_path"
  done
  [ "$#" -eq 0 ] || stat -c '%Y %n' -- "$@"
}

reboot_required() {
  if [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ]; then
    echo yes
    cat /var/run/reboot-required.pkgs 2>/dev/null || :
  else
    echo no
  fi
}

installed_kernels() {
  for kernel_file in /boot/vmlinuz-*; do
    [ -e "$kernel_file" ] && printf '%s\n' "${kernel_file#/boot/vmlinuz-}"
  done
  return 0
}

# `who` says nothing and ends well where nobody keeps a record; that is not "nobody".
logged_in() {
  if [ -e /run/utmp ] || [ -e /var/run/utmp ] || [ -d /run/systemd/sessions ]; then
    who
  else
    echo 'no record of logins is kept' >&2
    return 1
  fi
}

sudo_rights() {
  sudo_uid=$(id -u)
  echo "uid $sudo_uid"
  [ "$sudo_uid" = 0 ] && return 0
  if command -v sudo >/dev/null 2>&1; then
    sudo -n true
  else
    echo missing
  fi
}

simulate() {
  apt-get -s -o Debug::NoLocking=1 -o APT::Get::Show-User-Simulation-Note=0 "$@"
}

# What can be had of each package that could be newer: a version that is only on the host is not among it.
offered_versions() {
  printf '%s\n' "$upgradable_said" |
    sed -n 's,^\([a-z0-9][^/ ]*\)/.* \([a-z0-9-]*\) \[upgradable from: .*,\1:\2,p' |
    sed 's/:all$//' |
    xargs -r apt-cache madison
}

# A simulation does not say how much there is to download. --print-uris does, and cannot go on to upgrade, whereas
# --assume-no gives way to an Assume-Yes in the host's own configuration.
upgrade_size() {
  size_said=$(apt-get -q --print-uris -o Debug::NoLocking=1 upgrade --with-new-pkgs) || return
  printf '%s\n' "$size_said" | sed -n -e '/^Need to get /p' -e '/^After this operation, /p'
}

section host kernel_and_host
section os os_release
section running running_system
section memory cat /proc/meminfo
section filesystems filesystems
section sudo sudo_rights
section users logged_in
section kernels installed_kernels
section reboot reboot_required
section units bounded 10 systemctl list-units --state=failed --all --no-legend --plain --no-pager
manager=$(package_manager)
section manager echo "$manager"

if [ "$manager" = apt ]; then
  uid=$(id -u)
  if [ "$refresh" = no ]; then
    skipped refresh not-asked
  elif [ "$uid" != 0 ]; then
    skipped refresh needs-root
  else
    section refresh refresh_index
  fi
  section index index_age
  section packages dpkg-query -W -f '${db:Status-Abbrev}\t${Package}\t${Architecture}\t${Version}\t${source:Package}\n'
  section upgrade simulate upgrade --with-new-pkgs
  section dist-upgrade simulate dist-upgrade
  # Two sections need this list, and it takes apt a second to make.
  if upgradable_said=$(apt list --upgradable 2>/dev/null </dev/null); then
    section upgradable printf '%s\n' "$upgradable_said"
    section offered offered_versions
  else
    section upgradable apt list --upgradable
    skipped offered not-asked
  fi
  section upgrade-size upgrade_size
  if ! command -v needrestart >/dev/null 2>&1; then
    skipped restart absent
  elif [ "$uid" != 0 ]; then
    skipped restart needs-root
  else
    section restart bounded 30 needrestart -b -r l
  fi
fi
printf '\n@%s done\n' "$nonce"
