/** Patch night on real sshds: waves, a person's word, a halt with its cause on the first screen, and what is missing. */

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessibility, expectNoComplaints, go, launch, open, type Theme } from "./browser.js";
import { type Engine, type LoopbackFleet, loopbackFleet, serve } from "./engine.js";
import { handOf } from "./hand.js";

const POLICY = `canary = 1
waves = ["3"]

[gate]
most_failures = 0
person = "after-canary"
`;

/** The host that fails, in the second wave; the two beside it are at work meanwhile. */
const BROKEN = 2;

interface Job {
  host: string;
  state: string;
  ended_at: string | null;
}

interface Run {
  state: string;
  plan_id: string;
  halted: { message: string } | null;
  jobs: Job[];
}

let browser: Browser;
let fleet: LoopbackFleet;
let engine: Engine;
/** What stands on each host; all of them share one disk. */
let pages: string[];

beforeAll(async () => {
  [browser, fleet] = await Promise.all([launch(), loopbackFleet(8)]);
  engine = await serve(fleet.workspace);
  const addresses = await Promise.all(
    fleet.hosts.map(async (host) => ((await engine.call("host_show", { host })) as { address: string }).address),
  );
  pages = addresses.map((address) => join(fleet.folder, `page-${address}`));
});

afterAll(async () => {
  await engine?.stop();
  await fleet?.stop();
  await browser?.close();
});

/** Writes a line each time, so that one that began twice shows; fails where a file says so. */
const command = (): string => `page="${join(fleet.folder, "page-")}$(echo "$SSH_CONNECTION" | cut -d' ' -f3)"
if [ -e "$page-broken" ]; then
  echo "site: testing the configuration"
  echo "site: port 443 refused"
  exit 7
fi
sleep 2
echo written >> "$page"
`;

const written = (): string[] => pages.map((page) => (existsSync(page) ? readFileSync(page, "utf8") : ""));
const runOf = (page: Page): string => page.url().split("#/runs/")[1]?.split(/[/?]/)[0] ?? "";
const shown = async (id: string): Promise<Run> => (await engine.call("run_show", { run: id })) as Run;
const hostsThat = (run: Run, state: string): string[] =>
  run.jobs.filter((job) => job.state === state).map((job) => job.host);
const band = (page: Page, words: RegExp) => page.locator("main header").getByRole("status").filter({ hasText: words });
const waves = (page: Page) => page.getByRole("list", { name: "Waves" });

/** What axe finds on a screen in both themes. */
async function bothThemes(screen: string): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const theme of ["light", "dark"] satisfies Theme[]) {
    const { page, context, complaints } = await open(browser, engine.address, theme);
    await go(page, screen);
    const violations = await accessibility(page);
    if (violations.length > 0) found[theme] = violations;
    expectNoComplaints(complaints);
    await context.close();
  }
  return found;
}

test("a policy is written in its editor, and what it says stands beside it in words", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, "#/settings/policies/workspace");
  const text = page.getByRole("textbox", { name: "Text of the policy" });
  const write = async (policy: string): Promise<void> => {
    await text.focus();
    for (const chord of ["Control+a", "Delete"]) await page.keyboard.press(chord);
    await page.keyboard.insertText(policy);
  };
  await write(POLICY.replace("most_failures", "most_failure"));
  await page
    .getByRole("region", { name: "Problems" })
    .getByRole("button", { name: /most_failure/ })
    .first()
    .waitFor();
  expect(await page.getByRole("button", { name: /^Save/ }).isDisabled()).toBe(true);
  await write(POLICY);
  await page.getByRole("region", { name: "Problems" }).getByText("Nothing is wrong").waitFor();
  await page.keyboard.press("Control+s");
  await page.getByText("The policy of the workspace is saved").waitFor();
  await go(page, "#/settings/policies");
  expect(await page.locator("main").innerText()).toMatch(/Canary 1, then 3, then the rest/);
  expectNoComplaints(complaints);
  await context.close();
});

test("patch night: waves, approval, the person's word, a halt within the wave, and what is missing", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  const brokenHost = fleet.hosts[BROKEN] ?? "";
  const brokenFile = `${pages[BROKEN] ?? ""}-broken`;
  writeFileSync(brokenFile, "");
  await go(page, "#/plan?action=exec");
  const work = handOf(page);
  await work.type(page.getByLabel("Selector"), "acme");
  await page.getByRole("textbox", { name: /^Command/ }).fill(command());
  await work.click(page.getByRole("checkbox", { name: /^Detached/ }));
  await work.press("Control+Enter");

  await page.getByRole("grid", { name: "Hosts of the plan" }).waitFor();
  const main = page.locator("main");
  expect((await waves(page).innerText()).replaceAll(/\s+/g, " ")).toMatch(
    /^canary 1 host Then: waits for you wave 2 3 hosts wave 3 4 hosts$/,
  );
  expect(await main.innerText()).toContain("By the workspace's policy: stop if any fails");
  expect(await page.getByRole("group", { name: "Hosts by undo" }).innerText()).toMatch(/One-way\s*8/);
  const plan = page.url().split("#")[1] ?? "";
  expect(await bothThemes(`#${plan}`), "a plan with waves").toEqual({});
  await work.click(page.getByRole("button", { name: "Approve", exact: true }));
  await page.getByText(/^Approved by /).waitFor();
  await work.press("Control+Enter");

  await band(page, /Waits for your word behind canary/).waitFor();
  const first = runOf(page);
  expect(hostsThat(await shown(first), "succeeded")).toEqual(fleet.hosts.slice(0, 1));
  expect(hostsThat(await shown(first), "waiting")).toEqual(fleet.hosts.slice(1));
  expect(await bothThemes(`#/runs/${first}`), "a run that waits for a person").toEqual({});
  await work.press("p");

  await band(page, /Halted/).waitFor();
  const seen = Date.now();
  const halted = await shown(first);
  const failedAt = halted.jobs.find((job) => job.host === brokenHost)?.ended_at ?? "";
  const atWork = String(hostsThat(halted, "running").length);
  console.log(`the halt is seen ${String(seen - Date.parse(failedAt))} ms after the host failed, ${atWork} at work`);
  const words = await band(page, /Halted/).innerText();
  expect(words).toContain("Halted in wave 2: 1 host failed; the workspace's policy allows 0.");
  const causes = page.getByRole("region", { name: "What did not succeed, by cause" });
  await causes.getByLabel(`Last lines of ${brokenHost}`).getByText("site: port 443 refused").waitFor();
  for (const told of [band(page, /Halted/), causes.getByText("site: port 443 refused")]) {
    const place = await told.last().boundingBox();
    expect((place?.y ?? 9999) + (place?.height ?? 0), "on the first screen").toBeLessThan(800);
  }

  const missing = fleet.hosts.filter((_, index) => index === BROKEN || index > 3);
  const resume = page.getByRole("button", { name: /^Resume 5 hosts/ });
  await resume.waitFor();
  const over = await shown(first);
  expect([over.state, hostsThat(over, "succeeded")]).toEqual([
    "halted",
    fleet.hosts.filter((host) => !missing.includes(host)),
  ]);
  expect([hostsThat(over, "failed"), hostsThat(over, "held")]).toEqual([[brokenHost], missing.slice(1)]);
  expect(await bothThemes(`#/runs/${first}`), "a halted run").toEqual({});
  await go(page, "#/today");
  await page.locator(`main a[href*="${first}"]`).first().waitFor();
  await go(page, `#/runs/${first}`);

  rmSync(brokenFile);
  await resume.waitFor();
  await work.press("r");
  await page.getByRole("grid", { name: "Hosts of the plan" }).waitFor();
  const { jobs } = (await engine.call("plan_show", { plan: page.url().split("#/plans/")[1] ?? "" })) as { jobs: Job[] };
  expect(jobs.map(({ host }) => host).sort()).toEqual([...missing].sort());
  await main.getByRole("link", { name: "an earlier run" }).waitFor();
  await work.press("Control+Enter");
  await band(page, /Waits for your word behind canary/).waitFor();
  await work.press("p");
  await expect.poll(async () => (await shown(runOf(page))).state, { timeout: 20_000 }).toBe("succeeded");
  const second = runOf(page);
  await main.getByText("Resumes").waitFor();
  await work.click(main.getByRole("link", { name: "an earlier run" }));
  await page.waitForURL(new RegExp(`#/runs/${first}`));
  await main.getByText(/^Resumed by/).waitFor();
  await main.getByText("5/5 succeeded").waitFor();
  expect(await page.getByRole("button", { name: /^Resume/ }).count()).toBe(0);
  work.tell("eight hosts, one halt and what was missing");
  expect(second).not.toBe(first);
  expect(written()).toEqual(fleet.hosts.map(() => "written\n"));
  expectNoComplaints(complaints);
  await context.close();
});
