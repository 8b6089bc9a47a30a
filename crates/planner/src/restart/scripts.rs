//! What a host is told around its restart. POSIX sh: dash, bash, busybox ash; as root.

/// Ends with 65 when somebody is logged in at a terminal, or when the host cannot tell: `who` says nothing and ends
/// well where nobody keeps a record.
pub(super) const NOBODY_IS_LOGGED_IN: &str = r#"records=
for record in /run/utmp /var/run/utmp /run/systemd/sessions; do
  [ ! -e "$record" ] || records=kept
done
if [ -z "$records" ]; then
  echo "the host keeps no record of who is logged in"
  exit 65
fi
sessions=$(LC_ALL=C.UTF-8 who) || {
  echo "the host cannot tell who is logged in"
  exit 65
}
[ -n "$sessions" ] || exit 0
printf '%s\n' "$sessions" | while read -r account terminal since; do
  printf '%s is logged in (%s, since %s)\n' "$account" "$terminal" "${since%% (*}"
done
exit 65
"#;

/// Tries a policy's probe until it ends with 0: every 5 seconds for about 5 minutes. A subshell, so that it may say `exit`.
pub(super) fn until_well(script: &str) -> String {
    format!(
        "tries=0\n\
         until (\n{}\n) </dev/null\n\
         do\n  \
           tries=$((tries + 1))\n  \
           [ \"$tries\" -lt 60 ] || {{ echo \"The probe has not succeeded in 60 tries.\"; exit 1; }}\n  \
           sleep 5\n\
         done\n",
        script.trim_end()
    )
}

/// The names are for the comparison after the restart. Nobody but root has to know them.
pub(super) const NOTE_FAILED_SERVICES: &str = r#"umask 077
mkdir -p /var/lib/millwright || exit
noted=/var/lib/millwright/failed-before-restart
rm -f "$noted" || exit
if ! failed=$(systemctl list-units --state=failed --all --plain --no-legend --no-pager --full); then
  echo "The host does not say which services have failed: they will not be compared."
  exit 0
fi
printf '%s\n' "$failed" | while read -r unit _; do
  [ -z "$unit" ] || printf '%s\n' "$unit"
done >"$noted.new" && mv -f "$noted.new" "$noted" || exit
if [ -s "$noted" ]; then
  echo "Failed already before the restart:"
  cat "$noted"
else
  echo "No service has failed."
fi
"#;

/// At most five minutes. A system that is degraded has started; which services failed is another question.
pub(super) const WAIT_FOR_SERVICES: &str = r#"if ! command -v systemctl >/dev/null 2>&1; then
  echo "The host does not run systemd: there is nothing to wait for."
  exit 0
fi
tries=0
while :; do
  state=$(systemctl is-system-running 2>/dev/null)
  case $state in
    running | degraded) echo "The system is $state."; exit 0 ;;
    offline) echo "The host does not run systemd: there is nothing to wait for."; exit 0 ;;
  esac
  [ "$tries" -lt 100 ] || break
  tries=$((tries + 1))
  sleep 3
done
echo "Five minutes after the restart the system is not up but “${state:-silent}”." >&2
systemctl list-jobs --no-pager >&2
exit 1
"#;

/// What had failed before the restart does not count.
pub(super) const COMPARE_FAILED_SERVICES: &str = r#"noted=/var/lib/millwright/failed-before-restart
if ! [ -f "$noted" ]; then
  echo "It is not known which services had failed before the restart: they are not compared."
  exit 0
fi
failed=$(systemctl list-units --state=failed --all --plain --no-legend --no-pager --full) || exit
new=0
while read -r unit _; do
  if [ -n "$unit" ] && ! grep -qxF -e "$unit" "$noted"; then
    echo "$unit has failed since the restart." >&2
    new=1
  fi
done <<EOF
$failed
EOF
rm -f "$noted"
[ "$new" = 1 ] || echo "No service has failed that had not before."
exit "$new"
"#;
