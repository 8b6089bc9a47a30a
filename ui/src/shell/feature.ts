/** What a feature gives to the shell. */

import type { Icon } from "$lib/types";
import type { Component } from "svelte";

export interface ScreenProps {
  /** What the path's `:name` and `*name` stand for. */
  parameters: Record<string, string>;
}

/** A screen's component; one without parameters takes no props. */
export type ScreenComponent = Component<ScreenProps> | Component<Record<string, never>>;

/** Something that has an address. */
export interface Screen {
  /** `/runs/:id`; `*name` at the end takes the rest of the path. */
  path: string;
  title: string;
  icon: Icon;
  load: () => Promise<{ default: ScreenComponent }>;
  /** Its place on the rail, from above; a screen without one opens in context. */
  railOrder?: number;
  /** The path of the screen on the rail that it belongs to, where its own path does not say so. */
  under?: string;
  /** The letter that follows `g` to go there. */
  key?: string;
}

/** Something that the palette can do. */
export interface Action {
  id: string;
  title: string;
  /** Other words that people look for it by. */
  keywords?: string;
  icon?: Icon;
  shortcut?: string;
  run: () => void;
}

/** Something that a search has found. */
export interface Found {
  id: string;
  title: string;
  detail?: string;
  icon?: Icon;
  href: string;
  /** It does something with what was found: what only was found comes first. */
  isAction?: boolean;
}

export interface Shortcut {
  /** A chord ("Mod+K"), a key ("?"), or keys one after the other ("g f"). */
  keys: string;
  title: string;
  /** The browser does it on its own; it is only listed. */
  byBrowser?: boolean;
  /** A field and a dialog keep these keys to themselves, as plain keys are kept. */
  notInFields?: boolean;
  run: () => void;
}

export interface Feature {
  screens: readonly Screen[];
  /** Read each time the palette opens. */
  actions?: () => readonly Action[];
  /** Asked while somebody types in the palette; the best comes first. */
  search?: (text: string) => Promise<readonly Found[]>;
  shortcuts?: readonly Shortcut[];
  /** Once, when the window has started. */
  start?: () => void;
}
