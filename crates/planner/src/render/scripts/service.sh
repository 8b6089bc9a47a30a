if [ -d /run/systemd/system ]; then
    systemctl "$action" -- "$service"
elif command -v rc-service >/dev/null 2>&1; then
    case $action in
        enable) rc-update add "$service" default ;;
        disable) rc-update del "$service" ;;
        *) rc-service "$service" "$action" ;;
    esac
elif command -v service >/dev/null 2>&1; then
    case $action in
        enable | disable)
            if command -v update-rc.d >/dev/null 2>&1; then
                update-rc.d "$service" "$action"
            elif command -v chkconfig >/dev/null 2>&1; then
                if [ "$action" = enable ]; then chkconfig "$service" on; else chkconfig "$service" off; fi
            else
                echo "This host has nothing that starts services at boot." >&2
                exit 69
            fi
            ;;
        *) service "$service" "$action" ;;
    esac
else
    echo "This host has neither systemd nor OpenRC nor the command “service”." >&2
    exit 69
fi
