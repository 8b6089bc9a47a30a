/** A symptom brought to its verdict, and a connection that is lost in the middle of a run: on real sshds. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectNoComplaints, go, launch, open } from "./browser.js";
import { type Engine, type LoopbackFleet, loopbackFleet, serve } from "./engine.js";

let browser: Browser;
let fleet: LoopbackFleet;
let engine: Engine;

beforeAll(async () => {
  [browser, fleet] = await Promise.all([launch(), loopbackFleet(2)]);
  engine = await serve(fleet.workspace);
});

afterAll(async () => {
  await engine.stop();
  await fleet.stop();
  await browser.close();
});

test("diagnose: from the words of a client to a runbook that changes nothing, and its verdict", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, "#/today");
  const began = performance.now();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("runbooks");
  await page.getByRole("option", { name: /^Go to Runbooks/ }).click();
  await page.getByRole("searchbox", { name: "Search runbooks" }).fill("no space left");
  await page.getByRole("list", { name: "Runbooks" }).getByRole("button").click();
  await page.getByText("“no space left on device”").waitFor();
  await page.getByRole("link", { name: "Run on…" }).click();
  await page.getByLabel("Selector").fill("acme/prod/h1");
  // The whole disk of the machine under test may be large.
  await page.getByLabel("path", { exact: true }).fill(fleet.folder);
  await page.getByRole("button", { name: "Plan", exact: true }).click();
  await page.getByRole("grid", { name: "Hosts of the plan" }).waitFor();
  await page.getByText("Changes nothing", { exact: true }).first().waitFor();
  await page.getByRole("button", { name: "Run on 1 host" }).click();
  const jobs = page.getByRole("grid", { name: "Hosts of the run" });
  await jobs.getByText("Succeeded").waitFor();
  await jobs.getByRole("gridcell", { name: "acme/prod/h1", exact: true }).click();
  await page.getByText(/^(No file system has reached 80%|WARNING {2}\S+ has used )/).first().waitFor();
  console.log(`a verdict ${((performance.now() - began) / 1000).toFixed(1)} s after the palette was opened`);
  expectNoComplaints(complaints);
  await context.close();
});

const lines = [1, 2, 3, 4, 5, 6].map((second) => `line ${String(second)} of 6`);

test("a connection that is lost in mid-run: the page says so, and soon the truth; the command ran once, its log is whole", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  // All hosts share one disk: each writes to a file that has its address for a name.
  const marker = join(fleet.folder, "ran-at-");
  const command = [
    `marker="${marker}$(echo "$SSH_CONNECTION" | cut -d' ' -f3)"`,
    `echo began >> "$marker"`,
    `for second in 1 2 3 4 5 6; do echo "line $second of 6"; sleep 1; done`,
    `echo ended >> "$marker"`,
  ].join("\n");
  const addresses = await Promise.all(
    fleet.hosts.map(async (host) => ((await engine.call("host_show", { host })) as { address: string }).address),
  );
  const marked = (): string[] => addresses.map((address) => readIfThere(`${marker}${address}`));

  await go(page, "#/plan?action=exec");
  await page.getByLabel("Selector").fill("acme");
  await page.getByRole("textbox", { name: /^Command/ }).fill(command);
  await page.getByRole("checkbox", { name: /^Detached/ }).check();
  await page.getByRole("button", { name: "Plan", exact: true }).click();
  await page.getByRole("button", { name: "Run on 2 hosts" }).click();
  const jobs = page.getByRole("grid", { name: "Hosts of the run" });
  await expect.poll(() => jobs.getByText(/^line [1-4] of 6$/).count(), { timeout: 20_000 }).toBe(2);

  const comeBack = fleet.vanish();
  await expect.poll(() => jobs.getByText("Link lost").count(), { timeout: 5000 }).toBe(2);
  expect(await jobs.getByText("Running").count()).toBe(2);
  await pause(2000);
  await comeBack();
  const back = performance.now();
  await expect.poll(() => jobs.getByText("Link lost").count(), { timeout: 5000 }).toBe(0);
  console.log(`the truth ${((performance.now() - back) / 1000).toFixed(1)} s after the hosts were back`);
  await expect.poll(() => jobs.getByText("Succeeded").count(), { timeout: 20_000 }).toBe(2);

  expect(marked()).toEqual(fleet.hosts.map(() => "began\nended\n"));
  const run = page.url().split("#/runs/")[1]?.split(/[/?]/)[0] ?? "";
  for (const host of fleet.hosts) {
    await go(page, `#/runs/${run}/log/${host}`);
    const log = page.getByLabel(`What ${host} printed`);
    await log.getByText("line 6 of 6").waitFor();
    expect((await log.innerText()).match(/line \d of 6/g)).toEqual(lines);
  }
  expectNoComplaints(complaints);
  await context.close();
});

/** What stands in a file; nothing in one that nobody has written. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
