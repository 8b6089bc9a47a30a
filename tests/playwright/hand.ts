/** A hand that counts what it does, so that a journey can tell its clicks, its keys and its seconds. */

import type { Locator, Page } from "playwright-core";

export interface Hand {
  click(control: Locator): Promise<void>;
  /** One that does something by itself. */
  press(keys: string): Promise<void>;
  type(field: Locator, text: string): Promise<void>;
  choose(list: Locator, value: string): Promise<void>;
  /** What was done so far, on the console. */
  tell(what: string): void;
}

export function handOf(page: Page): Hand {
  const began = performance.now();
  let clicks = 0;
  let keys = 0;
  const click = async (control: Locator): Promise<void> => {
    clicks += 1;
    await control.click();
  };
  return {
    click,
    async press(chord) {
      keys += 1;
      await page.keyboard.press(chord);
    },
    async type(field, text) {
      await click(field);
      await page.keyboard.type(text);
    },
    async choose(list, value) {
      // One opens it, one chooses.
      clicks += 2;
      await list.selectOption(value);
    },
    tell(what) {
      const pressed = keys === 0 ? "" : `, ${String(keys)} keys`;
      console.log(`${what}: ${String(clicks)} clicks${pressed}, ${((performance.now() - began) / 1000).toFixed(1)} s`);
    },
  };
}
