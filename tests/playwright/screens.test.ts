/** Every screen, in both themes, with few and with many clients: something to see, no complaint of a script, nothing that axe finds. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibility, expectNoComplaints, go, launch, open, type Theme } from "./browser.js";
import { type Engine, seed, serve } from "./engine.js";
import { addresses } from "./screens.js";

const SIZES = [
  { clients: 3, hosts: 14, events: 84 },
  { clients: 500, hosts: 2000, events: 12_000 },
];
const THEMES: Theme[] = ["light", "dark"];

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
});

describe.each(SIZES)("$clients clients", ({ clients, hosts, events }) => {
  let engine: Engine;
  let remove: () => void;
  let screens: string[];

  beforeAll(async () => {
    const seeded = await seed(clients, hosts, events);
    remove = seeded.remove;
    engine = await serve(seeded.workspace);
    screens = await addresses(engine);
  });

  afterAll(async () => {
    await engine.stop();
    remove();
  });

  test.each(THEMES)("each screen is whole and accessible in the %s theme", async (theme) => {
    const { page, context, complaints } = await open(browser, engine.address, theme);
    const found: Record<string, string[]> = {};
    for (const screen of screens) {
      await go(page, screen);
      if (screen.startsWith("#/terminal/")) {
        // What is typed while it connects is sent: the band is there before the shell.
        if (screen.includes("/prod/")) await page.getByText("PRODUCTION", { exact: true }).waitFor();
        // The host is not there: what its terminal says then is what is looked at.
        await page.getByRole("button", { name: /^Connect again/ }).waitFor();
      }
      const violations = await accessibility(page);
      if (violations.length > 0) found[screen] = violations;
    }
    expect(found).toEqual({});
    expectNoComplaints(complaints);
    await context.close();
  });
});
