/** From the window, on a real Debian machine: a product installed, a failed upgrade taken back, a security fix applied. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessibility, expectNoComplaints, go, launch, open } from "./browser.js";
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

test("failed upgrade: halted, its cause on the first screen, and two clicks to the former versions", async () => {
  await engine.call("policy_set", { client: null, text: "canary = 1\n[gate]\nmost_failures = 0\n" });
  await asRoot(FAILS_ONCE);
  const second = await addSecondName();
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, "#/plan?action=patch");
  const upgrade = handOf(page);
  await upgrade.type(page.getByLabel("Selector"), "acme");
  await upgrade.press("Control+Enter");
  await page.getByRole("grid", { name: "Hosts of the plan" }).waitFor({ timeout: 60_000 });
  await page.getByRole("group", { name: "Hosts by undo" }).getByText("Exact").waitFor();
  await confirmAndRun(page, upgrade);

  const halted = page.getByText("Halted behind canary: 1 host failed; the workspace's policy allows 0");
  await halted.waitFor({ timeout: 60_000 });
  upgrade.tell("the upgrade has failed");
  await page.getByRole("grid", { name: "Hosts of the run" }).getByText("Held").waitFor();
  const cause = page.getByRole("region", { name: "What did not succeed, by cause" });
  await cause.getByText(/in the step “/).waitFor();
  const line = cause.getByLabel(`Last lines of ${fleet.host}`).getByText("the backup server does not answer").last();
  const place = await line.boundingBox();
  expect((place?.y ?? 9999) + (place?.height ?? 0), "on the first screen").toBeLessThan(800);
  expect(await accessibility(page)).toEqual([]);
  expect(await installed(fleet.package)).toBe(fleet.fixed);

  const undo = handOf(page);
  await undo.click(page.getByRole("button", { name: /^Undo on 1 host/ }));
  await page.getByRole("grid", { name: "Hosts of the plan" }).waitFor({ timeout: 60_000 });
  await confirmAndRun(page, undo);
  await page.getByRole("grid", { name: "Hosts of the run" }).getByText("Succeeded").waitFor({ timeout: 60_000 });
  await page.getByText("Takes back").waitFor();
  undo.tell("taken back (one click is the field for production's name)");
  expect(await installed(fleet.package)).toBe(fleet.installed);
  await engine.call("policy_set", { client: null, text: null });
  await engine.call("host_remove", { host: second });
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

/** A hook of the host's own, behind every change of packages; it fails once. */
const FAILS_ONCE = `printf '%s\\n' '#!/bin/sh' 'test -e /run/after-packages || exit 0' 'rm /run/after-packages' \\
  'echo "after-packages: the backup server does not answer"' 'exit 1' > /usr/local/sbin/after-packages
chmod 755 /usr/local/sbin/after-packages
echo 'DPkg::Post-Invoke { "/usr/local/sbin/after-packages"; };' > /etc/apt/apt.conf.d/99after-packages
touch /run/after-packages
`;

/** Does something on the machine that nobody looks at in the window. */
async function asRoot(script: string): Promise<void> {
  const hosts = { kind: "selector", selector: fleet.host };
  const wish = { hosts, script, sudo: true, detached: false, timeout_seconds: 60 };
  const { id, hash, confirmation } = (await engine.call("plan_exec", wish)) as Record<string, string | null>;
  const run = await engine.call("run_begin", { plan: id, hash, confirmation });
  const state = async (): Promise<string> => ((await engine.call("run_show", { run })) as { state: string }).state;
  await expect.poll(state, { timeout: 30_000 }).toBe("succeeded");
}

/** The machine is a second host as well: a wave behind the canary wants one. */
async function addSecondName(): Promise<string> {
  const host = `${fleet.host}-again`;
  const { address, port, user, credential, sudo } = (await engine.call("host_show", { host: fleet.host })) as Record<
    string,
    unknown
  >;
  await engine.call("host_add", { host, address, port, user, credential, jumps: [], sudo, tags: [] });
  const { fingerprint } = (await engine.call("host_key_offered", { host })) as { fingerprint: string };
  await engine.call("host_key_trust", { host, fingerprint });
  return host;
}

/** The version of a package by what the host says now. */
async function installed(name: string): Promise<string | undefined> {
  await engine.call("facts_refresh", { hosts: { kind: "hosts", hosts: [fleet.host] }, keep_index: false });
  const facts = (await engine.call("facts_show", { host: fleet.host })) as {
    packages: { name: string; version: string }[];
  };
  return facts.packages.find((one) => one.name === name)?.version;
}

/** Types the client's name, which production wants, and runs the plan; without it nothing runs. */
async function confirmAndRun(page: Page, work: Hand): Promise<void> {
  const run = page.getByRole("button", { name: /^Run on \d+ hosts?/ });
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
