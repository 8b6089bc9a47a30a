/** How each failure looks: its title, whether a rule refused or an attempt failed, and the next step if the fault has none. */

import type { Code, Fault } from "./generated/commands";

export type { Code, Fault };

/** `failed`: it was tried. `refused`: a rule said no before anything was touched. `defect`: Millwright is wrong. */
export type Severity = "failed" | "refused" | "defect";

export interface Appearance {
  title: string;
  severity: Severity;
  /** What to do next when the engine did not say. */
  next: string;
}

/** A failure of the engine, or of the way to it, thrown by `backend.call`. */
export class BackendError extends Error {
  override readonly name = "BackendError";

  constructor(readonly fault: Fault) {
    super(fault.message);
  }
}

/** How a code looks. */
export function appearanceOf(code: Code): Appearance {
  // A newer engine may know a code that this window does not.
  return (appearances as Partial<Record<string, Appearance>>)[code] ?? appearances.internal;
}

/** What was thrown, as a fault: everything that can be caught can be shown. */
export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof BackendError) return thrown.fault;
  if (isFault(thrown)) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: "internal", message, hint: null };
}

export function isFault(value: unknown): value is Fault {
  if (typeof value !== "object" || value === null) return false;
  const { code, message, hint } = value as Record<string, unknown>;
  return (
    typeof code === "string" &&
    typeof message === "string" &&
    (hint === null || hint === undefined || typeof hint === "string")
  );
}

/** A fault in words for a ticket. */
export function faultAsText(fault: Fault): string {
  const look = appearanceOf(fault.code);
  return `${look.title} (${fault.code})\n${fault.message}\nNext: ${fault.hint ?? look.next}`;
}

const failed = (title: string, next: string): Appearance => ({ title, severity: "failed", next });
const refused = (title: string, next: string): Appearance => ({ title, severity: "refused", next });

const appearances = {
  invalid_input: failed("This input means nothing", "Correct what the message names and try again."),
  not_found: failed("Not found", "Check the name; it may have been renamed or removed."),
  already_exists: failed("That name is taken", "Choose another name, or edit the one that exists."),
  in_use: failed("Still in use", "Remove what refers to it first."),
  selector_matched_nothing: refused("No host matches", "Check the selector; nothing was touched."),
  confirmation_required: refused("Not confirmed", "Read the plan and confirm it."),
  plan_mismatch: refused("Not the plan that was approved", "Look at the new plan and approve that one."),
  invalid_recipe: failed(
    "The recipe or runbook cannot be used",
    "Correct the file at the place that the message names.",
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
  audit_broken: failed("The audit does not add up", "Compare it with the last exported head before you trust it."),
  name_not_found: failed("The name does not resolve", "Check the address, the VPN and the DNS server."),
  connection_refused: failed("Nothing listens on that port", "Check the port, and that sshd runs on the host."),
  no_route: failed("No way to the host", "Check the VPN and the network."),
  timeout_tcp: failed("The host does not answer", "Check the VPN, the firewall, and that the host is up."),
  timeout_banner: failed(
    "SSH does not introduce itself",
    "The port is open but sshd hangs: look at the host's console.",
  ),
  timeout_key_exchange: failed(
    "The key exchange did not finish",
    "Try again; if it stays, look for a firewall that cuts packets.",
  ),
  not_ssh: failed("Something other than SSH answered", "Check the port."),
  no_common_algorithm: failed("No algorithm in common", "Update sshd on the host, or its list of algorithms."),
  host_key_unknown: refused(
    "The host's key is not known",
    "Compare the fingerprint with one from a safe source, then trust it.",
  ),
  host_key_changed: refused("The host's key has changed", "Find out why before anything else; this can be an attack."),
  host_key_revoked: refused("The host's key is revoked", "Give the host a new key, then trust that one."),
  credential_unusable: failed("The key cannot be used", "Check the key file or the agent on this machine."),
  key_refused: failed("The host did not accept the key", "Add the public key to the account on the host."),
  password_refused: failed("The host did not accept the password", "Try again with the right password."),
  authentication_refused: failed("No way to log in", "Choose a credential that the host offers."),
  account_unusable: failed("The account cannot be used", "Unlock the account on the host, or use another one."),
  channel_refused: failed(
    "The host did not open a channel",
    "Raise MaxSessions in the host's sshd_config, or try again.",
  ),
  sudo_missing: failed("sudo is not installed", "Install sudo on the host, or log in as root."),
  sudo_refused: failed("The account may not use sudo", "Add the account to the host's sudoers."),
  sudo_password_required: failed("sudo wants a password", "Set sudo to “ask” for this host, or allow NOPASSWD."),
  sudo_password_wrong: failed("sudo did not accept the password", "Try again with the right password."),
  sudo_requires_tty: failed("sudo wants a terminal", "Remove requiretty from the host's sudoers."),
  host_disk_full: failed("The host's disk is full", "Free space or inodes on the host."),
  host_read_only: failed("The host's file system is read-only", "Look at the host's disk before anything else."),
  link_lost: failed("The connection broke", "The host goes on by itself; follow the run to re-attach."),
  deadline_exceeded: failed("It took too long", "Try again; if it stays, look at the network and the host's load."),
  protocol: failed(
    "The host said something unexpected",
    "Copy this and report it; the host may have an unusual shell.",
  ),
  host_locked: failed("Somebody else's change is at work on the host", "Wait for it to end."),
  package_manager_locked: failed(
    "The package manager is busy",
    "Wait for the other process, often an automatic update.",
  ),
  package_manager_failed: failed("The package manager said no", "Read the log's last lines."),
  unsupported: failed("This system is not supported", "Leave this host out, or use a runbook made for it."),
  held: refused("Held", "Remove the reason that the message names, then plan again."),
  step_failed: failed("A step failed", "Read the log's last lines."),
  killed: failed("A signal ended the task", "Look at the host's memory and its journal."),
  interrupted_by_reboot: failed("The host was restarted", "Check the host, then plan again."),
  timed_out: failed("The task took too long", "Read the log, then allow more time or mend the cause."),
  cancelled: failed("Cancelled", "Plan again when you want to go on."),
  not_healthy: failed("Not healthy", "Read the log of the check, then look at the service."),
  internal: {
    title: "A defect of Millwright",
    severity: "defect",
    next: "Copy this and report it.",
  },
} satisfies Record<Code, Appearance>;
