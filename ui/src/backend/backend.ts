/** The one way from the window to the engine. What carries it is chosen once, at the start. */

import type { Commands, EngineEvent } from "./generated/commands";
import { httpBackend } from "./http";
import { tauriBackend } from "./tauri";

/** What only the desktop application says: its menu or a link wants another address. */
export interface OpenAddress {
  event: "open";
  address: string;
}

export type BackendEvent = EngineEvent | OpenAddress;

/** What only the desktop application can do. */
export interface DesktopCommands {
  /** A person picks a file; its path, or null when they think better of it. */
  shell_choose_file: { arguments: { title: string; extensions: string[] }; answer: string | null };
  /** A person picks where a text is kept; whether they did. */
  shell_save_text: { arguments: { name: string; text: string }; answer: boolean };
  /** A person picks where all that a host printed in a run is kept; whether they did. */
  shell_save_log: { arguments: { run: string; host: string }; answer: boolean };
  /** Opens an https link, or a document in the workspace's folder, in another application. */
  shell_open: { arguments: { target: string }; answer: null };
}

export type Desktop = <C extends keyof DesktopCommands>(
  command: C,
  args: DesktopCommands[C]["arguments"],
) => Promise<DesktopCommands[C]["answer"]>;

export interface Backend {
  /** Answers, or throws a BackendError. */
  call<C extends keyof Commands>(command: C, args: Commands[C]["arguments"]): Promise<Commands[C]["answer"]>;
  /** Hears every event from now on; the answer ends it. */
  subscribe(listener: (event: BackendEvent) => void): () => void;
  /** Asks the desktop for what is not the engine's; null where there is no desktop. */
  desktop: Desktop | null;
  /** The first screen stands: the desktop shows its window now. */
  ready(): void;
}

export const backend: Backend = "__TAURI_INTERNALS__" in window ? tauriBackend() : httpBackend();
