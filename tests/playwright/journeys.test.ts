/** What a technician does in the window, on real sshds: by hand, by keyboard alone, and with hosts that try to write into the page. */

import type { Browser, Page } from "playwright-core";
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

/** Has one command planned. */
async function planCommand(page: Page, selector: string, command: string): Promise<void> {
  await go(page, "#/plan?action=exec");
  await page.getByLabel("Selector").fill(selector);
  await page.getByRole("textbox", { name: /^Command/ }).fill(command);
  await page.getByRole("button", { name: "Plan", exact: true }).click();
}

test("a runbook: plan, read the exact commands, run, watch it finish, open its log", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, "#/runbooks/disk-usage");
  await page.getByRole("link", { name: "Run on…" }).click();
  await page.getByLabel("Selector").fill("acme");
  await page.getByRole("button", { name: "Plan", exact: true }).click();
  await page.getByRole("grid", { name: "Hosts of the plan" }).waitFor();
  expect(await page.locator("main").innerText()).toContain("df ");
  await page.getByRole("button", { name: "Run on 3 hosts" }).click();
  await page.getByRole("grid", { name: "Hosts of the run" }).waitFor();
  await page.locator("main").getByText("Succeeded").first().waitFor();
  await page.getByRole("gridcell", { name: "acme/prod/h1" }).first().click();
  await page.waitForURL(/#\/runs\/.*\/log\/acme\/prod\/h1/);
  await page.getByText(/Filesystem|Mounted on/).first().waitFor();
  expectNoComplaints(complaints);
  await context.close();
});

test("a change in the workspace by the command shows by itself", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, "#/fleet");
  await page.getByText("acme/prod/h1").first().waitFor();
  await engine.call("client_add", { name: "Bolt Energy", slug: null });
  await page.getByText("Bolt Energy").first().waitFor();
  expectNoComplaints(complaints);
  await context.close();
});

test("a client calls: three keystrokes and a word to the host, by keyboard alone", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, "#/today");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("h2");
  await page.getByRole("option", { name: /acme\/prod\/h2/ }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/#\/hosts\/acme\/prod\/h2/);
  expectNoComplaints(complaints);
  await context.close();
});

test("tags of two hosts at once, taken back with one undo", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  const tagged = async (): Promise<string[]> => {
    const query = { filter: { text: "checked" }, sort: "name", descending: false, offset: 0, limit: 10 };
    const { rows } = (await engine.call("fleet_page", query)) as { rows: { host: string; tags: string[] }[] };
    return rows.filter(({ tags }) => tags.includes("checked")).map(({ host }) => host);
  };
  await go(page, "#/fleet");
  await page.getByText("acme/prod/h2").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Space");
  await page.keyboard.press("j");
  await page.keyboard.press("Space");
  await page.getByText("2 hosts selected").waitFor();
  await page.getByRole("button", { name: "More…" }).click();
  await page.getByRole("menuitem", { name: "Tags…" }).click();
  await page.getByLabel("Add", { exact: true }).fill("Checked");
  await page.keyboard.press("Enter");
  await page.getByText("“Checked” cannot be a tag").waitFor();
  await page.getByLabel("Add", { exact: true }).fill("checked");
  await page.keyboard.press("Enter");
  await page.getByText("Tags of 2 hosts: checked added").waitFor();
  expect(await tagged()).toHaveLength(2);
  await page.keyboard.press("Control+z");
  await page.getByText("Taken back: Tags of 2 hosts: checked added").waitFor();
  expect(await tagged()).toEqual([]);
  expectNoComplaints(complaints);
  await context.close();
});

test("a check that takes its time tells how far it is; who does not wait for it is told", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route("**/rpc", async (route) => {
    const { command } = route.request().postDataJSON() as { command: string };
    if (command !== "host_check") return route.continue();
    // The engine has answered and told its progress; only its answer is late.
    const response = await route.fetch();
    await held;
    return route.fulfill({ response });
  });
  await go(page, "#/fleet");
  await page.getByText("acme/prod/h2").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Control+a");
  await page.getByText("All 3 hosts selected").waitFor();
  await page.keyboard.press("c");
  const dialog = page.getByRole("dialog", { name: "Check of 3 hosts" });
  await dialog.getByText(/^Checking hosts: 3 of 3 · 0:0\d$/).waitFor();
  expect(await dialog.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("3");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await page.locator("main").getByText(/^Checking hosts: 3 of 3/).waitFor();
  letGo();
  await page.getByText(/All 3 hosts are reached|of 3 hosts did not pass/).waitFor();
  expectNoComplaints(complaints);
  await context.close();
});

test("what hosts and people wrote is text: no script runs and nothing is fetched", async () => {
  const hostile = `<img src=x onerror="alert(1)"><script>alert(2)</script><a href="javascript:alert(3)">x</a>`;
  const { page, context, complaints } = await open(browser, engine.address);
  await engine.call("client_add", { name: hostile, slug: "hostile" });
  await planCommand(page, "acme/prod/h1", `printf '%s\\033[31m red \\033]0;title\\007\\n' '${hostile}'; exit 3`);
  await page.getByRole("button", { name: "Run on 1 host" }).click();
  await page.locator("main").getByText("Failed").first().waitFor();
  const run = page.url().split("#/runs/")[1]?.split(/[/?]/)[0] ?? "";
  const screens = ["#/today", "#/clients", "#/clients/hostile", "#/fleet", "#/runs", `#/runs/${run}`, "#/audit"];
  for (const screen of [...screens, `#/runs/${run}/log/acme/prod/h1`, "#/hosts/acme/prod/h1?tab=timeline"]) {
    await go(page, screen);
    expect(await page.locator("main img, main script, main a[href^=javascript]").count(), screen).toBe(0);
  }
  await go(page, `#/runs/${run}/log/acme/prod/h1`);
  await page.getByText("<script>alert(2)</script>").first().waitFor();
  expectNoComplaints(complaints);
  await context.close();
});

test("a fault of the engine is shown with its cause and the next step, and the window stays usable", async () => {
  const { page, context } = await open(browser, engine.address);
  await planCommand(page, "no-such-client", "true");
  const alert = page.locator("main").getByRole("alert");
  await alert.first().waitFor();
  expect(await alert.allInnerTexts()).toEqual(expect.arrayContaining([expect.stringMatching(/no-such-client/)]));
  await go(page, "#/hosts/acme/prod/gone");
  expect(await page.locator("main").innerText()).toMatch(/gone/);
  await go(page, "#/fleet");
  await page.getByText("acme/prod/h1").first().waitFor();
  await context.close();
});

test("who does not know the token is not answered", async () => {
  const url = new URL("/rpc", engine.address);
  const body = JSON.stringify({ command: "fleet_tree", arguments: {} });
  for (const headers of [{}, { authorization: "Bearer 0" }]) {
    const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
    expect(answer.status).toBe(401);
  }
});
