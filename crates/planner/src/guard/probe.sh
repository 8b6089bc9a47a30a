# A probe that fails or ends its shell is an answer too.
shown=$(probe 2>&1)
if printf '%s\n' "$shown" | tr -d '\r' | grep -qxF -e "$line"; then
    exit 0
fi
printf 'When the plan was made, the version probe showed: %s\n' "$line"
printf 'Now it shows: %s\n' "$(printf '%s\n' "$shown" | tail -n 1)"
exit 65
