/** The one way from the window to the engine. What carries it is chosen once, at the start. */

import type { Commands, EngineEvent } from "./generated/commands";
import { httpBackend } from "./http";
import { tauriBackend } from "./tauri";

/** What only the desktop application says: its menu or a link wants another address. */
export interface OpenAddress {
  event: "open";
  address: string;
}

/** Files hang over the window of the desktop application, or do not any more. */
export interface FilesOver {
  event: "files_over";
  /** None have left again. */
  count: number;
}

/** Files were dropped on the window of the desktop application. */
export interface FilesDropped {
  event: "files_dropped";
  files: GrantedFile[];
}

export type BackendEvent = EngineEvent | OpenAddress | FilesOver | FilesDropped;

/** What stands for a file or a place of this machine that a person chose. The page never learns its path. */
export interface GrantedFile {
  grant: string;
  name: string;
  size: number | null;
}

/** How a person hands files to the engine, and gets them from it. */
export interface Grants {
  /** A person picks files to send; none when they think better of it. */
  uploads(): Promise<readonly GrantedFile[]>;
  /** A person picks where a file is kept; null when they think better of it. */
  download(name: string): Promise<GrantedFile | null>;
  /** Takes what a browser saw dropped; null where the desktop tells it by events. */
  dropped: ((files: readonly File[]) => Promise<readonly GrantedFile[]>) | null;
  /** Hands over a file that has come; null where it lies already where it should. */
  deliver: ((grant: string, name: string) => Promise<void>) | null;
}

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
  /** A person picks files to send to a host; none when they think better of it. */
  shell_grant_uploads: { arguments: Record<never, never>; answer: GrantedFile[] };
  /** A person picks where a file of a host is kept; null when they think better of it. */
  shell_grant_download: { arguments: { name: string }; answer: GrantedFile | null };
}

export type Desktop = <C extends keyof DesktopCommands>(
  command: C,
  args: DesktopCommands[C]["arguments"],
) => Promise<DesktopCommands[C]["answer"]>;

/** How far work on many hosts is. */
export interface TaskProgress {
  done: number;
  total: number;
}

export interface Backend {
  /** Answers, or throws a BackendError. Work on many hosts tells how far it is. */
  call<C extends keyof Commands>(
    command: C,
    args: Commands[C]["arguments"],
    onProgress?: (progress: TaskProgress) => void,
  ): Promise<Commands[C]["answer"]>;
  /** Hears every event from now on; the answer ends it. */
  subscribe(listener: (event: BackendEvent) => void): () => void;
  /** Asks the desktop for what is not the engine's; null where there is no desktop. */
  desktop: Desktop | null;
  grants: Grants;
  /** The first screen stands: the desktop shows its window now. */
  ready(): void;
}

export const backend: Backend = "__TAURI_INTERNALS__" in window ? tauriBackend() : httpBackend();
