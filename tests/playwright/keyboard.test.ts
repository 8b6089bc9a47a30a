/** Journeys by keyboard alone: no pointer touches the page, and every control is reached by the keys that a person has. */

import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectNoComplaints, go, launch, open } from "./browser.js";
import { type Engine, type LoopbackFleet, loopbackFleet, serve } from "./engine.js";

let browser: Browser;
let fleet: LoopbackFleet;
let engine: Engine;

beforeAll(async () => {
  [browser, fleet] = await Promise.all([launch(), loopbackFleet(3)]);
  engine = await serve(fleet.workspace);
});

afterAll(async () => {
  await engine.stop();
  await fleet.stop();
  await browser.close();
});

const mostSteps = 40;

/** Presses Tab until a control has the focus; one that Tab does not reach fails the test. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  await control.waitFor();
  for (let step = 0; step < mostSteps; step += 1) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${String(control)}`);
}

/** What has the focus, by its accessible name. */
async function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute("aria-label") ?? element?.textContent ?? "";
  });
}

/** Types what a plan wants before it may run, if it wants something, and runs it. */
async function confirmAndRun(page: Page): Promise<void> {
  await page.getByRole("grid", { name: "Hosts of the plan" }).waitFor();
  const confirmation = page.getByLabel(/^Type .* to run it$/);
  if ((await confirmation.count()) > 0) {
    const wanted = await confirmation.getAttribute("placeholder");
    await tabTo(page, confirmation);
    await page.keyboard.type(wanted ?? "");
  }
  await page.keyboard.press("Control+Enter");
  await page.getByRole("grid", { name: "Hosts of the run" }).waitFor();
}

/** Runs a command and waits until its hosts have ended. */
async function runCommand(hosts: string[], script: string): Promise<string> {
  const wanted = { hosts: { kind: "hosts", hosts }, script, sudo: false, detached: false, timeout_seconds: 30 };
  const plan = (await engine.call("plan_exec", wanted)) as { id: string; hash: string; confirmation: string | null };
  const run = (await engine.call("run_begin", {
    plan: plan.id,
    hash: plan.hash,
    confirmation: plan.confirmation,
  })) as string;
  await expect
    .poll(async () => ((await engine.call("run_show", { run })) as { state: string }).state, { timeout: 30_000 })
    .not.toBe("running");
  return run;
}

test("morning triage: from Today's row of a cause to the same work again on its hosts", async () => {
  await runCommand(["acme/prod/h1", "acme/prod/h2"], "echo once more; exit 3");
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, "#/fleet");
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await page.getByRole("heading", { name: "2 jobs did not succeed" }).waitFor();

  await page.keyboard.press("j");
  expect(await focused(page)).toMatch(/^Retry: 2 hosts/);
  await page.keyboard.press("Enter");

  // What was wanted stands in the form, although this window did not begin that run.
  await page.getByRole("heading", { name: "Plan work" }).waitFor();
  expect(await page.getByRole("textbox", { name: /^Command/ }).inputValue()).toBe("echo once more; exit 3");
  expect(await page.locator("main").innerText()).toContain("acme/prod/h1, acme/prod/h2");
  await page.keyboard.press("Control+Enter");
  await confirmAndRun(page);
  await page.locator("main").getByText("Failed").first().waitFor();
  expectNoComplaints(complaints);
  await context.close();
});

test("fix and document: select rows, a runbook, its plan, its run, a log", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, "#/today");
  await page.keyboard.press("g");
  await page.keyboard.press("f");
  await page.getByRole("grid", { name: "Hosts" }).waitFor();
  await page.getByText("acme/prod/h2").first().waitFor();

  await page.keyboard.press("j");
  await page.keyboard.press("Space");
  await page.keyboard.press("j");
  await page.keyboard.press("Space");
  await page.getByText("2 hosts selected").waitFor();
  await page.keyboard.press("r");

  const runbook = page.getByRole("combobox", { name: /^Runbook/ });
  await tabTo(page, runbook);
  await page.keyboard.type("What fills");
  await expect.poll(() => runbook.inputValue()).toBe("disk-usage");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("grid", { name: "Hosts of the plan" }).waitFor();
  expect(await page.locator("main").innerText()).toContain("df ");
  await confirmAndRun(page);

  await page.locator("main").getByText("Succeeded").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/#\/runs\/.*\/log\/acme\/prod\/h\d/);
  await page.getByText(/Filesystem|Mounted on/).first().waitFor();
  expectNoComplaints(complaints);
  await context.close();
});

test("an edit is taken back by key, and a field keeps that key for itself", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, "#/clients");
  await page.keyboard.press("n");
  await page.getByRole("dialog").waitFor();
  await tabTo(page, page.getByLabel("Name", { exact: true }));
  await page.keyboard.type("Castell Dental");
  await page.keyboard.press("Enter");
  await page.waitForURL(/#\/clients\/castell-dental/);
  await page.getByText("Castell Dental added").waitFor();

  await go(page, "#/clients");
  await page.keyboard.press("/");
  await page.keyboard.press("Control+z");
  expect(((await engine.call("fleet_tree", {})) as { slug: string }[]).map(({ slug }) => slug)).toContain("castell-dental");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Control+z");
  await page.getByText("Taken back: Castell Dental added").waitFor();
  expect(((await engine.call("fleet_tree", {})) as { slug: string }[]).map(({ slug }) => slug)).not.toContain(
    "castell-dental",
  );
  expectNoComplaints(complaints);
  await context.close();
});
