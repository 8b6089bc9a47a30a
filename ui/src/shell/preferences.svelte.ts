/** How this person likes the window. Remembered on this machine; never anything of a client. */

import { recall, remember } from "$lib/storage";

export type Density = "regular" | "compact";

const isDensity = (value: unknown): value is Density => value === "regular" || value === "compact";

class Preferences {
  #density = $state<Density | null>(recall("density", isDensity));

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
}

export const preferences = new Preferences();
