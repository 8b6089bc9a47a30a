/** Failures as the window shows them: what was thrown, how its code looks, and what to do next. */

import type { Appearance } from "./appearance";
import { appearances } from "./appearances";
import type { Code, Fault, HostPath } from "./generated/commands";

export type { Appearance, Severity } from "./appearance";
export type { Code, Fault };

/** What to do about a failure in this window. */
export interface NextStep {
  text: string;
  link: { label: string; href: string } | null;
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
  return `${appearanceOf(fault.code).title} (${fault.code})\n${fault.message}\nNext: ${nextStepOf(fault).text}`;
}

/** What is known of a failure; of several hosts' failures of one kind there may be no message in common. */
export type Failure = Pick<Fault, "code" | "hint"> & { message?: string | null };

/** The first words of Millwright's own commands, whatever stands around them; held by a test to those of the CLI. */
export const ownCommands: readonly string[] = (
  "init client env host facts import patch plan policy serve-schedule install upgrade remove runbook recipe exec " +
  "terminal files run status audit config completions manual"
).split(" ");
const ownCommand = new RegExp(`(?:^|[^\\w-])millwright (?:${ownCommands.join("|")})(?![\\w-])`);

/** Whether a hint is for who types commands of Millwright, or gives them options. Commands of others count for nothing. */
function isForShell(hint: string): boolean {
  const ours = hint.replace(/`([^`\n]*)`/g, (span, inside: string) => (/^(?:millwright |-)/.test(inside) ? span : ""));
  return ownCommand.test(ours) || /(?:^|[\s`])--[a-z]/.test(ours);
}

/** The engine's hint, unless it names a command of Millwright: who looks at a window is told the window's way. */
export function nextStepOf(fault: Failure, host: HostPath | null = hostOf(fault)): NextStep {
  const { next, place } = appearanceOf(fault.code);
  const address = host === null ? place?.address : place?.address.replace("{host}", host);
  return {
    text: fault.hint === null || isForShell(fault.hint) ? next : fault.hint,
    link: place && address !== undefined && !address.includes("{") ? { label: place.label, href: address } : null,
  };
}

/** The host that a fault speaks of: the one that its command is for, or the first that is quoted. */
function hostOf({ hint, message }: Failure): HostPath | null {
  const name = "([a-z0-9][a-z0-9_.-]*(?:/[a-z0-9][a-z0-9_.-]*){2})";
  const found =
    new RegExp(`millwright [a-z ]+ ${name}`).exec(hint ?? "") ?? new RegExp(`“${name}”`).exec(message ?? "");
  return found?.[1] ?? null;
}

/** Every code, for whoever must speak of each. */
export const codes = (): Code[] => Object.keys(appearances) as Code[];
