/** Not a test: pictures of each screen (light and dark; 3 clients, 500 clients), for `cargo xtask screenshots`. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { go, launch, open, type Theme } from "./browser.js";
import { seed, serve } from "./engine.js";
import { addresses } from "./screens.js";

const folder = process.env["MILLWRIGHT_SCREENSHOTS"] ?? "screenshots";

test.each([3, 500])("screens with %i clients", { timeout: 600_000 }, async (clients) => {
  const few = clients < 10;
  const seeded = await seed(clients, few ? 14 : 10_000, few ? 84 : 60_000);
  const engine = await serve(seeded.workspace);
  const browser = await launch();
  mkdirSync(folder, { recursive: true });
  for (const theme of ["light", "dark"] satisfies Theme[]) {
    const { page } = await open(browser, engine.address, theme);
    for (const screen of await addresses(engine)) {
      await go(page, screen);
      const [path, query] = screen.slice(2).split("?");
      const [first, second = ""] = path?.split("/") ?? [];
      const one = first === "settings" ? second : second === "" ? "" : "one";
      const name = [first, ...(path?.includes("/log/") ? ["log"] : []), one, query]
        .filter((part) => part !== undefined && part !== "")
        .join("-")
        .replaceAll(/[^a-z0-9-]+/gi, "-");
      await page.screenshot({ path: join(folder, `${name}-${String(clients)}-${theme}.png`) });
    }
  }
  await browser.close();
  await engine.stop();
  seeded.remove();
});
