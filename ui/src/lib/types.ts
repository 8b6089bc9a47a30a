import type { Component, Snippet } from "svelte";

/** An icon of @lucide/svelte, or any component that draws one. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- icons of libraries differ in their optional props
export type Icon = Component<any>;

/** A hue. It never stands alone: the word or the shape next to it says the same. */
export type Tone = "neutral" | "succeeded" | "running" | "held" | "unreachable" | "failed" | "unknown";

/** An entry of a menu. */
export interface MenuItem {
  label: string;
  icon?: Icon;
  shortcut?: string;
  danger?: boolean;
  disabled?: boolean;
  onSelect: () => void;
}

/** One choice of a Select. */
export interface Option {
  value: string;
  label: string;
  disabled?: boolean;
}

/** One choice of a RadioGroup. */
export interface Choice<T extends string = string> {
  value: T;
  label: string;
  hint?: string;
  disabled?: boolean;
}

/** A filter that is active. */
export interface ActiveFilter {
  key: string;
  label: string;
  value: string;
  /** How many match, shown even when it is 0. */
  count?: number;
}

/** A line of a KeyValueList. */
export interface KeyValue {
  label: string;
  text?: string;
  machine?: boolean;
  copyable?: boolean;
  content?: Snippet;
}

/** A tab. */
export interface Tab {
  key: string;
  label: string;
  count?: number;
}

/** A part of a ProgressBar. */
export interface Segment {
  tone: Tone;
  label: string;
  count: number;
}
