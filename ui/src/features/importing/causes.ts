/** What many hosts answered, by cause: a person mends causes, not hosts. Pure. */

import type { CheckName, Fault, HostCheck } from "$backend/generated/commands";

export interface Cause {
  /** Where it went wrong, or null when there are no steps. */
  step: CheckName | null;
  fault: Fault;
  hosts: string[];
}

export const stepWords: Readonly<Record<CheckName, string>> = {
  name: "Name",
  tcp: "Connection",
  host_key: "Host key",
  authentication: "Login",
  sudo: "sudo",
};

/** Failures with the same step and code, the most frequent first; the first host's words stand for all. */
export function byCause(failures: readonly { host: string; step: CheckName | null; fault: Fault }[]): Cause[] {
  const causes = new Map<string, Cause>();
  for (const { host, step, fault } of failures) {
    const key = `${step ?? ""} ${fault.code}`;
    const cause = causes.get(key);
    if (cause) cause.hosts.push(host);
    else causes.set(key, { step, fault, hosts: [host] });
  }
  return [...causes.values()].sort((a, b) => b.hosts.length - a.hosts.length);
}

/** The step that failed, if one did. */
export function failureOf(check: HostCheck): { step: CheckName; fault: Fault } | null {
  const failed = check.steps.find((step) => step.result === "failed");
  return failed?.result === "failed" ? { step: failed.name, fault: failed.error } : null;
}
