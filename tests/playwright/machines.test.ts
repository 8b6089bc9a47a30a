/** A product is installed and a security fix applied from the window, on a real Debian machine of the lab. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectNoComplaints, go, launch, open } from "./browser.js";
import { type Engine, serve } from "./engine.js";
import { type Hand, handOf } from "./hand.js";

interface MachineFleet {
  workspace: string;
  /** CLIENT/ENV/HOST; the environment is production. */
  host: string;
  address: string;
  /** The version of nginx that the host is offered. */
  nginx: string;
  /** A package whose fix waits in the security suite. */
  package: string;
  installed: string;
  fixed: string;
  stop(): Promise<void>;
}

let browser: Browser;
let fleet: MachineFleet;
let engine: Engine;

// The first lab of a machine builds its root folder.
const labTimeout = 900_000;

beforeAll(async () => {
  fleet = await machineFleet();
  [browser, engine] = await Promise.all([launch(), serve(fleet.workspace)]);
}, labTimeout);

// Where no machine could start, nothing else was started.
afterAll(async () => {
  await engine?.stop();
  await browser?.close();
  await fleet?.stop();
});

test("install a product: values, the exact commands, the name of production, and what the host has afterwards", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, `#/hosts/${fleet.host}`);
  const work = handOf(page);
  await work.click(page.getByRole("button", { name: "More", exact: true }));
  await work.click(page.getByRole("menuitem", { name: "Install a product…" }));
  await work.choose(page.getByLabel("Product (required)"), "nginx");
  await work.type(page.getByLabel("Version", { exact: true }), fleet.nginx);
  await work.type(page.getByLabel("listen_port"), "8088");
  await work.click(page.getByRole("button", { name: "Plan", exact: true }));

  const commands = page.getByRole("region", { name: `Commands of ${fleet.host}` });
  await commands.waitFor({ timeout: 60_000 });
  const planned = await commands.innerText();
  expect(planned).toContain(`nginx=${fleet.nginx}`);
  expect(planned).toContain("listen 8088 default_server");
  await confirmAndRun(page, work);
  await page.getByRole("grid", { name: "Hosts of the run" }).getByText("Succeeded").waitFor({ timeout: 60_000 });
  work.tell("nginx is installed");

  await go(page, `#/hosts/${fleet.host}?tab=installations`);
  const row = page.getByRole("grid", { name: "Installations" }).getByRole("row").filter({ hasText: "nginx" });
  await row.getByText("listen_port=8088").waitFor();
  expect(await row.getByRole("gridcell").nth(1).innerText()).toBe(fleet.nginx);
  expect((await fetch(`http://${fleet.address}:8088/`)).headers.get("server")).toMatch(/^nginx\//);
  expectNoComplaints(complaints);
  await context.close();
});

test("patch night: from the fleet's security updates to a plan with exact versions, and none is left", async () => {
  await engine.call("facts_refresh", { hosts: { kind: "hosts", hosts: [fleet.host] }, keep_index: false });
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, "#/fleet");
  const work = handOf(page);
  await work.click(page.getByRole("button", { name: /^Security 1$/ }));
  const hosts = page.getByRole("grid", { name: "Hosts" });
  await work.click(hosts.getByRole("gridcell", { name: "Not selected" }));
  await work.click(page.getByRole("button", { name: /^Plan security patch/ }));
  await work.click(page.getByRole("button", { name: "Plan", exact: true }));

  const commands = page.getByRole("region", { name: `Commands of ${fleet.host}` });
  await commands.waitFor({ timeout: 60_000 });
  expect(await commands.getByRole("list").first().innerText()).toBe(
    `${fleet.package} ${fleet.installed} → ${fleet.fixed} (security)`,
  );
  await confirmAndRun(page, work);
  await page.getByRole("grid", { name: "Hosts of the run" }).getByText("Succeeded").waitFor({ timeout: 60_000 });
  work.tell("the fix is applied");

  await go(page, `#/hosts/${fleet.host}?tab=updates`);
  await page.getByText("0 updates ready").waitFor();
  await page.getByText("Every package is current.").waitFor();
  await go(page, `#/hosts/${fleet.host}?tab=packages`);
  await page.getByRole("searchbox", { name: "Find a package" }).fill(fleet.package);
  await page.getByText(fleet.fixed, { exact: true }).first().waitFor();
  await go(page, "#/fleet");
  await page.getByRole("button", { name: /^Security 0$/ }).waitFor();
  expectNoComplaints(complaints);
  await context.close();
});

/** Types the client's name, which production wants, and runs the plan; without it nothing runs. */
async function confirmAndRun(page: Page, work: Hand): Promise<void> {
  const run = page.getByRole("button", { name: "Run on 1 host" });
  expect(await run.isDisabled()).toBe(true);
  await work.type(page.getByLabel(/^Type .* to run it$/), fleet.host.split("/")[0] ?? "");
  await work.click(run);
}

/** A machine that has started, and a workspace that trusts it; where none can, the lab says why. */
async function machineFleet(): Promise<MachineFleet> {
  const program = process.env["MILLWRIGHT_MACHINE_FLEET"];
  if (program === undefined) throw new Error("MILLWRIGHT_MACHINE_FLEET is not set: run these tests by `cargo xtask test`");
  const child = spawn(program, { stdio: ["pipe", "pipe", "pipe"] });
  let told = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (told += text));
  const ended = once(child, "close");
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), "line"),
    ended.then(([code]) => {
      throw new Error(`no machine of the lab (${String(code)}): ${told.trim()}`);
    }),
  ])) as [string];
  return {
    ...(JSON.parse(line) as MachineFleet),
    async stop() {
      // Its stdin is what it lives by.
      child.stdin.end();
      await ended;
    },
  };
}
