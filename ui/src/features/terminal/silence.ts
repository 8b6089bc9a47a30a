/**
 * What a host prints is shown and never obeyed outside of its screen: no reply goes back, the window's title, the
 * clipboard and the colours stay as they are, and a link is its text.
 *
 * Two controls, each enough by itself for replies: `refuseRequests` takes the requests away before the emulator sees
 * them, and `onlyFromPerson` lets nothing out that did not begin with a key, a paste or the mouse.
 */

import type { IDisposable, IFunctionIdentifier, Terminal } from "@xterm/xterm";
import { bytesOfBinary, bytesOfText } from "./bytes";

/** Requests for a report: of attributes, status, cursor, modes, window, checksum, keyboard, version. */
const controlSequences: readonly IFunctionIdentifier[] = [
  { final: "c" },
  { prefix: ">", final: "c" },
  { prefix: "=", final: "c" },
  { final: "n" },
  { prefix: "?", final: "n" },
  { final: "t" },
  { final: "x" },
  { intermediates: "$", final: "p" },
  { prefix: "?", intermediates: "$", final: "p" },
  { intermediates: "$", final: "w" },
  { intermediates: "$", final: "u" },
  { intermediates: "&", final: "u" },
  { intermediates: "*", final: "y" },
  { prefix: ">", final: "q" },
  { prefix: "?", final: "u" },
  { prefix: "?", final: "m" },
  { prefix: "?", final: "S" },
];

/** Requests for a setting or for a capability. */
const deviceControls: readonly IFunctionIdentifier[] = [
  { intermediates: "$", final: "q" },
  { intermediates: "+", final: "q" },
  { intermediates: "+", final: "p" },
];

/** 0–3 title, 4–19 and 104–119 colours, 7 folder, 8 link, 9 and 777 notice, 22 pointer, 50 font, 52 clipboard, 60 and more. */
const systemCommands: readonly number[] = [
  ...Array.from({ length: 20 }, (_, number) => number),
  ...[21, 22, 46, 50, 51, 52, 60, 61, 66, 99],
  ...Array.from({ length: 16 }, (_, number) => 104 + number),
  ...[133, 555, 633, 777, 1337, 5113, 5522],
];

const taken = (): boolean => true;

/** Takes away every request that wants an answer or something outside of the terminal's own screen. */
export function refuseRequests({ parser }: Terminal): void {
  for (const sequence of controlSequences) parser.registerCsiHandler(sequence, taken);
  for (const sequence of deviceControls) parser.registerDcsHandler(sequence, taken);
  for (const command of systemCommands) parser.registerOscHandler(command, taken);
  parser.registerEscHandler({ final: "Z" }, taken);
}

/** What xterm knows of where its data comes from; its typings do not show it. */
interface Core {
  coreService?: { onUserInput?: (listener: () => void) => IDisposable };
}

/** Passes on what a person typed, pasted or clicked, and nothing that the emulator says by itself. */
export function onlyFromPerson(terminal: Terminal, send: (bytes: Uint8Array) => void): void {
  const core = (terminal as unknown as { _core: Core })._core;
  if (core.coreService?.onUserInput === undefined) throw new Error("xterm does not say where its data comes from");
  let isPerson = false;
  // It says so just before it gives out what it is about.
  core.coreService.onUserInput(() => (isPerson = true));
  terminal.onData((data) => {
    if (isPerson) send(bytesOfText(data));
    isPerson = false;
  });
  // Binary data are reports of the mouse, in the form that has no text.
  terminal.onBinary((data) => {
    send(bytesOfBinary(data));
  });
}
