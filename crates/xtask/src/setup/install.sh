# Installs the Debian packages that the arguments name. Runs as root.
#
# The lab starts sshd itself, for a moment and on loopback. The system's own sshd, which the package would start now and
# at every boot, is not what somebody asked for who runs tests: a policy says no to its start, and it is disabled.
set -eu
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' HUP INT TERM
    cat >"$policy" <<'POLICY'
#!/bin/sh
# Written by `cargo xtask` while it installs packages, and removed after that.
case " $* " in *" ssh"*) exit 101 ;; esac
exit 0
POLICY
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get --quiet update
apt-get --quiet --yes --no-install-recommends install "$@"
case " $* " in
*" openssh-server "*)
    if command -v systemctl >/dev/null; then
        for unit in ssh.service ssh.socket; do
            [ ! -e "/lib/systemd/system/$unit" ] || systemctl disable --quiet "$unit"
        done
    fi
    ;;
esac
