"""Runs one command on every host with parallel-ssh's native client, twice when told to.

Reads the fleet's description (see fleet.rs) from the file that is named as the first argument. This client does not
check host keys. With "warm" as the second argument the command runs again on the open sessions, and the seconds of that
second run are printed as JSON. Exits with 1 unless every host succeeded.
"""

import json
import sys
import time

from pssh.clients import ParallelSSHClient


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        fleet = json.load(file)
    client = ParallelSSHClient(
        fleet["addresses"],
        user=fleet["user"],
        port=fleet["port"],
        pkey=fleet["client_key"],
        allow_agent=False,
        identity_auth=False,
    )
    run(client, fleet)
    if sys.argv[2:] == ["warm"]:
        started = time.monotonic()
        run(client, fleet)
        print(json.dumps({"warm_seconds": time.monotonic() - started}))


def run(client, fleet):
    outputs = client.run_command(fleet["command"], stop_on_errors=False)
    client.join(outputs)
    succeeded = sum(output.exit_code == 0 for output in outputs)
    if succeeded != len(fleet["addresses"]):
        errors = {str(output.exception) for output in outputs if output.exception}
        sys.exit(f"parallel-ssh: {succeeded} of {len(fleet['addresses'])} hosts succeeded; {sorted(errors)[:3]}")


main()
