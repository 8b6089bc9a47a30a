/** The served page has no installer: it says why it is not updated by itself, and offers nothing that cannot be. */

import { expect, test } from "vitest";
import { accessibility, expectNoComplaints, launch, open } from "./browser.js";
import { seed, serve } from "./engine.js";

test("where Millwright cannot update itself, the settings lead to why", async () => {
  const seeded = await seed(1, 2);
  const engine = await serve(seeded.workspace);
  const browser = await launch();
  const { page, complaints } = await open(browser, engine.address);

  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.getByRole("region", { name: "Updates", exact: true }).getByRole("link", { name: "Open" }).click();
  await page.getByRole("heading", { level: 1, name: "Updates" }).waitFor();
  await page.getByText("Only the desktop application updates itself.").waitFor();
  expect(await page.getByRole("button", { name: /check now|update/i }).count()).toBe(0);
  expect(await page.getByRole("radio").count()).toBe(0);
  expect(await page.getByText(/^Update (to|failed|waits)|was updated from/).count()).toBe(0);
  expect(await accessibility(page)).toEqual([]);

  await page.keyboard.press("Control+k");
  await page.keyboard.type("updates of millwright");
  await page.getByRole("option", { name: /Open updates of Millwright/ }).waitFor();
  expect(await page.getByRole("option", { name: /Check for updates/ }).count()).toBe(0);

  expectNoComplaints(complaints);
  await browser.close();
  await engine.stop();
  seeded.remove();
});
