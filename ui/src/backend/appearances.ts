/** How each failure looks: its title, whether a rule refused or an attempt failed, the window's own next step, and where that is. */

import { failed, refused, type Appearance, type Place } from "./appearance";
import { updateAppearances } from "./appearances-of-updates";
import type { Code } from "./generated/commands";

const way: Place = { label: "Open the way to it", address: "#/hosts/{host}?tab=connection" };
const keys: Place = { label: "Open its keys", address: "#/hosts/{host}?tab=connection" };
const timeline: Place = { label: "Open its timeline", address: "#/hosts/{host}?tab=timeline" };
const packages: Place = { label: "Open its updates", address: "#/hosts/{host}?tab=updates" };
const audit: Place = { label: "Open the audit", address: "#/audit" };
const fleet: Place = { label: "Open the fleet", address: "#/fleet" };
const planning: Place = { label: "Plan again", address: "#/plan" };
const runs: Place = { label: "Open the runs", address: "#/runs" };
const library: Place = { label: "Open the runbooks", address: "#/runbooks" };

export const appearances = {
  invalid_input: failed("This input means nothing", "Correct what the message names and try again."),
  not_found: failed(
    "Not found",
    "Look for it with the search; it may have been renamed or removed, which the audit tells.",
    audit,
  ),
  already_exists: failed("That name is taken", "Choose another name, or edit the one that exists."),
  conflict: failed("Edited since", "Look at it as it is now, and take the later edit back first.", audit),
  in_use: failed("Still in use", "Remove what refers to it first."),
  selector_matched_nothing: refused(
    "No host matches",
    "Choose the hosts in the fleet, or correct the selector; nothing was touched.",
    fleet,
  ),
  confirmation_required: refused("Not confirmed", "Read the plan, and type what it asks for."),
  plan_mismatch: refused("Not the plan that was approved", "Plan again, then read and approve the new plan.", planning),
  plan_expired: refused("The plan is too old", "Plan again: what is known of the hosts has changed since.", planning),
  plan_not_approved: refused("Nobody has approved the plan", "Read the plan and approve it, then run it."),
  plan_used: refused("The plan was run already", "Look at its run, or plan again for what is still missing.", runs),
  plan_stale: refused("Not what the plan was made from", "Plan again: the host has changed since.", planning),
  invalid_recipe: failed(
    "The recipe or runbook cannot be used",
    "Correct the file at the place that the message names.",
    library,
  ),
  local_file: failed(
    "A file on this machine cannot be used",
    "Check that it exists and that you may read and write it.",
  ),
  workspace_missing: failed("No workspace here", "Choose a workspace, or create one."),
  workspace_newer: refused("A newer Millwright wrote this workspace", "Update Millwright; the file was left as it is."),
  workspace_foreign: refused("Not a workspace", "Choose another folder; the file was left as it is."),
  workspace_corrupt: refused("The workspace is damaged", "Restore the last backup; the damaged file is kept aside."),
  workspace_busy: failed("Another process holds the workspace", "Wait for it to finish, or close it."),
  workspace_read_only: failed("The workspace cannot be written", "Check the permissions of its folder."),
  workspace_on_network: refused("The workspace lies on a network drive", "Move it to a disk of this machine."),
  local_disk_full: failed("This machine's disk is full", "Free some space and try again."),
  audit_broken: failed(
    "The audit does not add up",
    "Compare it with the last exported head before you trust it.",
    audit,
  ),
  name_not_found: failed("The name does not resolve", "Check the address, the VPN and the DNS server.", way),
  connection_refused: failed("Nothing listens on that port", "Check the port, and that sshd runs on the host.", way),
  no_route: failed("No way to the host", "Check the VPN and the network.", way),
  timeout_tcp: failed("The host does not answer", "Check the VPN, the firewall, and that the host is up.", way),
  timeout_banner: failed(
    "SSH does not introduce itself",
    "The port is open but sshd hangs: look at the host's console.",
    way,
  ),
  timeout_key_exchange: failed(
    "The key exchange did not finish",
    "Try again; if it stays, look for a firewall that cuts packets.",
    way,
  ),
  not_ssh: failed("Something other than SSH answered", "Check the port.", way),
  no_common_algorithm: failed("No algorithm in common", "Update sshd on the host, or its list of algorithms.", way),
  host_key_unknown: refused(
    "The host's key is not known",
    "Look at the key that the host shows, compare its fingerprint with one from a safe source, then trust it.",
    keys,
  ),
  host_key_changed: refused(
    "The host's key has changed",
    "Find out why before anything else; this can be an attack.",
    keys,
  ),
  host_key_revoked: refused("The host's key is revoked", "Give the host a new key, then trust that one.", keys),
  credential_unusable: failed("The key cannot be used", "Check the key file or the agent on this machine.", way),
  key_refused: failed("The host did not accept the key", "Add the public key to the account on the host.", way),
  password_refused: failed("The host did not accept the password", "Try again with the right password.", way),
  authentication_refused: failed("No way to log in", "Choose a credential for the host that it accepts.", way),
  account_unusable: failed("The account cannot be used", "Unlock the account on the host, or use another one.", way),
  channel_refused: failed(
    "The host did not open a channel",
    "Raise MaxSessions in the host's sshd_config, or try again.",
    way,
  ),
  sudo_missing: failed("sudo is not installed", "Install sudo on the host, or log in as root.", way),
  sudo_refused: failed(
    "The account may not use sudo",
    "Add the account to the host's sudoers, or choose another account for the host.",
    way,
  ),
  sudo_password_required: failed(
    "sudo wants a password",
    "Set “Becoming root” of this host to “ask”, or allow NOPASSWD in its sudoers.",
    way,
  ),
  sudo_password_wrong: failed("sudo did not accept the password", "Try again with the right password.", way),
  sudo_requires_tty: failed("sudo wants a terminal", "Remove requiretty from the host's sudoers.", way),
  host_disk_full: failed("The host's disk is full", "Free space or inodes on the host."),
  host_read_only: failed("The host's file system is read-only", "Look at the host's disk before anything else."),
  permission_denied: failed("The account may not do that", "Choose a place that the account on the host may write."),
  not_a_file: failed("This is no plain file", "Choose a file; folders and devices cannot be transferred."),
  file_refused: failed("The host did not do it", "Look at the folder's space and permissions on the host."),
  link_lost: failed("The connection broke", "Try again; what runs on the host as a job goes on by itself."),
  deadline_exceeded: failed(
    "It took too long",
    "Try again; if it stays, look at the network and the host's load.",
    way,
  ),
  protocol: failed(
    "The host said something unexpected",
    "Copy this and report it; the host may have an unusual shell.",
  ),
  host_locked: failed("Somebody else's change is at work on the host", "Wait for it to end.", timeline),
  package_manager_locked: failed(
    "The package manager is busy",
    "Wait for the other process, often an automatic update.",
    packages,
  ),
  package_manager_failed: failed("The package manager said no", "Read the log's last lines.", packages),
  unsupported: failed("This system is not supported", "Leave this host out, or use a runbook made for it."),
  outside_window: refused(
    "Outside of its maintenance window",
    "Plan it so that it waits for its window, or override the window with a reason.",
    planning,
  ),
  held: refused("Held", "Remove the reason that the message names, then plan again.", planning),
  run_halted: refused(
    "The run was halted",
    "Read why on the run; then resume what is missing, or take back what was done.",
    runs,
  ),
  group_stopped: refused(
    "Another host of its group failed",
    "Mend that host first, then resume what is missing: the group has to keep its quorum.",
    runs,
  ),
  restart_refused: refused(
    "It was not restarted",
    "Remove the reason that the message names, then restart the host.",
    planning,
  ),
  not_back: failed(
    "The host did not come back",
    "Look at the host's console; nothing more is done to it until it answers.",
    way,
  ),
  step_failed: failed("A step failed", "Read the log's last lines."),
  killed: failed("A signal ended the task", "Look at the host's memory and its journal."),
  interrupted_by_reboot: failed("The host was restarted", "Check the host, then plan again.", timeline),
  timed_out: failed("The task took too long", "Read the log, then allow more time or mend the cause."),
  cancelled: failed("Cancelled", "Plan again when you want to go on.", planning),
  not_healthy: failed("Not healthy", "Read the log of the check, then look at the service."),
  ...updateAppearances,
  internal: {
    title: "A defect of Millwright",
    severity: "defect",
    next: "Copy this and report it.",
  },
} satisfies Record<Code, Appearance>;
