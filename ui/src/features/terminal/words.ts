/** How a terminal's state is told. Pure. */

import { appearanceOf } from "$backend/errors";
import type { TerminalEnd } from "$backend/generated/commands";
import type { Tone } from "$lib/types";
import type { SessionState } from "./session.svelte";

/** A shell that ended is nobody's failure, whatever its exit code: that is its last command's. */
export function toneOf(state: SessionState): Tone {
  switch (state.kind) {
    case "connecting":
      return "running";
    case "connected":
      return "succeeded";
    case "refused":
      return "failed";
    case "ended":
      return state.end.error ? "failed" : "neutral";
  }
}

export function wordOf(state: SessionState): string {
  switch (state.kind) {
    case "connecting":
      return "Connecting";
    case "connected":
      return "Connected";
    case "refused":
      return "Not connected";
    case "ended":
      return endInWords(state.end);
  }
}

export function endInWords({ exit_code, signal, error }: TerminalEnd): string {
  if (error) return `Ended: ${appearanceOf(error.code).title.toLowerCase()}`;
  if (signal !== null) return `Ended by signal ${signal}`;
  return exit_code === null ? "Ended" : `Ended with exit code ${exit_code}`;
}
