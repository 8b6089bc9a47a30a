/** How this person likes the window. Remembered on this machine; never anything of a client. */

import { isNumber, recall, remember } from "$lib/storage";

export type Density = "regular" | "compact";

const isDensity = (value: unknown): value is Density => value === "regular" || value === "compact";
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";

/** Pixels of a terminal's text. */
export const terminalFontSizes = { smallest: 9, usual: 13, largest: 28 };

class Preferences {
  #density = $state<Density | null>(recall("density", isDensity));
  #terminalFontSize = $state<number | null>(recall("terminal.font_size", isNumber));
  #terminalForReaders = $state<boolean | null>(recall("terminal.for_readers", isBoolean));

  /** How high the rows of tables are. */
  get density(): Density {
    return this.#density ?? "regular";
  }

  /** Whether somebody chose the density, or it is the default. */
  get densityIsChosen(): boolean {
    return this.#density !== null;
  }

  chooseDensity(density: Density): void {
    this.#density = density;
    remember("density", density);
  }

  get terminalFontSize(): number {
    return this.#terminalFontSize ?? terminalFontSizes.usual;
  }

  get terminalFontSizeIsChosen(): boolean {
    return this.#terminalFontSize !== null;
  }

  chooseTerminalFontSize(pixels: number): void {
    const { smallest, largest } = terminalFontSizes;
    this.#terminalFontSize = Math.min(largest, Math.max(smallest, Math.round(pixels)));
    remember("terminal.font_size", this.#terminalFontSize);
  }

  /** Whether a terminal tells a screen reader what it shows; that costs speed. */
  get terminalForReaders(): boolean {
    return this.#terminalForReaders ?? false;
  }

  get terminalForReadersIsChosen(): boolean {
    return this.#terminalForReaders !== null;
  }

  chooseTerminalForReaders(isOn: boolean): void {
    this.#terminalForReaders = isOn;
    remember("terminal.for_readers", isOn);
  }
}

export const preferences = new Preferences();
