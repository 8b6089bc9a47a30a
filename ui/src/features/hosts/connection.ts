/** The form of a connection: what a host has, as text fields, and what was changed, as the engine takes it. Pure. */

import type { HostDraft, Credential, EditHost, HostView, SudoMode } from "$backend/generated/commands";

/** How one proves who one is, as a Select has it. */
export type CredentialKind = Credential["kind"];

export interface ConnectionForm {
  /** The host's own part of its full name. */
  name: string;
  address: string;
  port: string;
  user: string;
  credential: CredentialKind;
  /** Of the agent's key; empty: any. */
  fingerprint: string;
  keyFile: string;
  /** Names of hosts, in order, with commas between them. */
  jumps: string;
  sudo: SudoMode;
  tags: string;
}

export function emptyForm(): ConnectionForm {
  return {
    name: "",
    address: "",
    port: "22",
    user: "",
    credential: "agent",
    fingerprint: "",
    keyFile: "",
    jumps: "",
    sudo: "none",
    tags: "",
  };
}

export function formOf(host: HostView): ConnectionForm {
  const { credential } = host;
  return {
    name: host.path.split("/")[2] ?? "",
    address: host.address,
    port: String(host.port),
    user: host.user,
    credential: credential.kind,
    fingerprint: credential.kind === "agent" ? (credential.fingerprint ?? "") : "",
    keyFile: credential.kind === "key_file" ? credential.path : "",
    jumps: host.jump_names.join(", "),
    sudo: host.sudo,
    tags: host.tags.join(", "),
  };
}

export type FormErrors = Partial<Record<keyof ConnectionForm, string>>;

/**
 * What a person must mend before the engine is asked; the engine checks all of it again. Only a new host may leave its account
 * open, and gets its name elsewhere.
 */
export function errorsOf(form: ConnectionForm, host: "new" | "known"): FormErrors {
  const errors: FormErrors = {};
  const port = Number(form.port);
  if (form.address.trim() === "") errors.address = "Give a DNS name or an IP address.";
  if (!/^\d+$/.test(form.port.trim()) || port < 1 || port > 65_535) errors.port = "A number from 1 to 65535.";
  if (form.credential === "key_file" && form.keyFile.trim() === "")
    errors.keyFile = "Give the path of the private key.";
  if (host === "known") {
    if (!/^[a-z0-9][a-z0-9_.-]*$/.test(form.name.trim()))
      errors.name = "Lower-case letters, digits, “-”, “_” and “.”, beginning with a letter or a digit.";
    if (form.user.trim() === "") errors.user = "Give the account that we log in as.";
  }
  return errors;
}

export function credentialOf(form: ConnectionForm): Credential {
  switch (form.credential) {
    case "agent":
      return { kind: "agent", fingerprint: form.fingerprint.trim() || null };
    case "key_file":
      return { kind: "key_file", path: form.keyFile.trim() };
    case "ask_password":
      return { kind: "ask_password" };
  }
}

/** `a, b c` → three names. */
export function namesIn(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

/** A new host. Without a user the engine takes the technician's own account. */
export function additionOf(host: string, form: ConnectionForm): HostDraft {
  return {
    host,
    address: form.address.trim(),
    port: Number(form.port),
    user: form.user.trim() || null,
    credential: credentialOf(form),
    jumps: namesIn(form.jumps),
    sudo: form.sudo,
    tags: [...new Set(namesIn(form.tags))],
  };
}

/** Only what differs: a colleague's edit of another field is not undone. Null when nothing differs. */
export function editOf(host: HostView, form: ConnectionForm): EditHost | null {
  const before = formOf(host);
  const changed = <K extends keyof ConnectionForm>(...keys: K[]): boolean =>
    keys.some((key) => before[key].trim() !== form[key].trim());
  const tags = new Set(namesIn(form.tags));
  const edit: EditHost = {
    host: host.path,
    name: changed("name") ? form.name.trim() : null,
    address: changed("address") ? form.address.trim() : null,
    port: changed("port") ? Number(form.port) : null,
    user: changed("user") ? form.user.trim() : null,
    credential: changed("credential", "fingerprint", "keyFile") ? credentialOf(form) : null,
    jumps: namesIn(form.jumps).join() === host.jump_names.join() ? null : namesIn(form.jumps),
    sudo: changed("sudo") ? form.sudo : null,
    add_tags: [...tags].filter((tag) => !host.tags.includes(tag)),
    remove_tags: host.tags.filter((tag) => !tags.has(tag)),
  };
  const { host: _host, add_tags, remove_tags, ...fields } = edit;
  const differs = Object.values(fields).some((value) => value !== null) || add_tags.length + remove_tags.length > 0;
  return differs ? edit : null;
}
