import { fireEvent, render, screen } from "@testing-library/svelte";
import { expect, test, vi } from "vitest";
import type { UpdatesView } from "$backend/generated/commands";
import { installed, madeUpView, offer, offered } from "./made_up";
import type { Acts } from "./updates.svelte";
import UpdatesShown from "./UpdatesShown.svelte";

const fault = { code: "update_install_failed", message: "dpkg ended with 2", hint: null } as const;
const off = { code: "update_off", message: "only the window updates itself", hint: "Open the window." } as const;

function acts(about: Partial<Acts> = {}): Acts {
  const idle = { check: vi.fn(), choose: vi.fn(), install: vi.fn(), leave: vi.fn() };
  return { busy: null, refused: null, ...idle, ...about };
}

const buttons = (): (string | undefined)[] =>
  screen.queryAllByRole("button").map((button) => (button.getAttribute("aria-label") ?? button.textContent).trim());

const now = "Update now";
const after = "Update after what is under way";
const again = ["Try again", "Try again after what is under way"];
const notComeUp: Partial<UpdatesView> = {
  news: { kind: "offered", offer: { ...offer, did_not_come_up_at: "2026-11-21T08:00:00Z" } },
};
const hash = "Copy the SHA-256";
const version = "Copy version";
const failure = "Copy the failure";

test.each<[string, Partial<UpdatesView>, string[], string[]]>([
  ["current", {}, ["Millwright is up to date", "0.9.0 is the newest stable release."], [version]],
  ["unknown", { news: { kind: "unknown" } }, ["Nothing is known of newer releases yet"], [version]],
  [
    "not its turn",
    { news: { kind: "not_yet", version: "0.9.1", rollout_percent: 20 } },
    ["0.9.1 is out, and not offered here yet"],
    [version],
  ],
  ["withdrawn", { news: { kind: "withdrawn", version: "0.9.1" } }, ["0.9.1 was taken back"], [version]],
  [
    "the check failed",
    { check_fault: { code: "update_expired", message: "signed in March", hint: null } },
    ["The server's answer is too old", "signed in March", "Millwright is up to date"],
    [failure, version],
  ],
  [
    "offered",
    offered,
    ["Millwright 0.9.1", "What will happen", "Restarts Millwright.", "Runs are faster", offer.sha256],
    [now, after, hash, version],
  ],
  ["offered: its signature", offered, [offer.signed_by, "Believed until"], [now, after, hash, version]],
  [
    "offered, and did not come up here before",
    notComeUp,
    ["0.9.1 did not come up here", "What will happen"],
    ["Try 0.9.1 again", "Try again after what is under way", hash, version],
  ],
  [
    "fetching",
    { ...offered, phase: { kind: "fetching", bytes: 10_485_760, of_bytes: 41_943_040 } },
    ["10.0 MiB of 40.0 MiB · 25 %"],
    ["Leave it", hash, version],
  ],
  [
    "waiting",
    { ...offered, phase: { kind: "waiting", until: "under way: 2 runs" } },
    ["Under way: 2 runs."],
    ["Leave it", hash, version],
  ],
  [
    "installing",
    { ...offered, phase: { kind: "installing" } },
    ["The system's installer is at work. It may ask for your password in a window of its own."],
    [hash, version],
  ],
  [
    "restarting",
    { ...offered, phase: { kind: "restarting" } },
    ["Installed. Millwright restarts now."],
    [hash, version],
  ],
  [
    "failed",
    { ...offered, phase: { kind: "failed", fault } },
    ["The update was not installed", "dpkg ended with 2"],
    [failure, ...again, "Leave it", hash, version],
  ],
  [
    "failed, and not offered any more",
    { phase: { kind: "failed", fault } },
    ["dpkg ended with 2", "Millwright is up to date"],
    [failure, "Leave it", version],
  ],
  ["off", { off }, ["Updates are off here", "Only the window updates itself."], [version]],
  [
    "another updates it",
    { off, owner: { kind: "package_manager", name: "apt", advice: "Update millwright with apt." } },
    ["Update with apt", "Update millwright with apt."],
    ["Copy the command", version],
  ],
  [
    "another updates it, and says how",
    { off, owner: { kind: "package_manager", name: "dnf", advice: "Update it with: `sudo dnf upgrade` now" } },
    ["Update with dnf", "sudo dnf upgrade"],
    ["Copy the command", version],
  ],
  [
    "a history",
    {
      history: [
        { ...installed, fault: "dpkg ended with 2:\nno space is left" },
        { ...installed, at: "2026-10-02T08:15:02Z", backup: null },
      ],
    },
    ["Earlier updates", "Not updated: dpkg ended with 2: no space is left", "Installed", installed.backup ?? ""],
    [version, "Copy the path of the copy"],
  ],
  [
    "a memory that was lost",
    { lost: { code: "update_memory_lost", message: "a damaged file was put aside", hint: null } },
    ["What was known of updates is lost", "a damaged file was put aside"],
    [failure, version],
  ],
])("%s: what stands there, and what can be done", (_, about, words, done) => {
  render(UpdatesShown, { view: madeUpView(about), acts: acts() });
  for (const text of words) expect(screen.getAllByText(text).length).toBeGreaterThan(0);
  expect(buttons()).toEqual(done);
  expect(screen.queryAllByRole("radio").length).toBe(about.off ? 0 : 2);
});

test("that a version did not come up is said first, and nothing urges to try it again", () => {
  render(UpdatesShown, { view: madeUpView(notComeUp), acts: acts() });
  const caution = screen.getByRole("note");
  expect(caution.textContent).toMatch(/was put in here .*was started twice and did not come up\./s);
  expect(caution.textContent).toContain("Wait for the next release, or try it again.");
  expect(caution.compareDocumentPosition(screen.getByText("Mends plans."))).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  expect(screen.getByRole("button", { name: "Try 0.9.1 again" }).classList).not.toContain("primary");
});

test("nor does anything urge to it once it could not be put in again", () => {
  const failed = { kind: "failed", fault } as const;
  const { unmount } = render(UpdatesShown, { view: madeUpView({ ...notComeUp, phase: failed }), acts: acts() });
  expect(screen.getByRole("button", { name: "Try again" }).classList).not.toContain("primary");
  unmount();
  render(UpdatesShown, { view: madeUpView({ ...offered, phase: failed }), acts: acts() });
  expect(screen.getByRole("button", { name: "Try again" }).classList).toContain("primary");
});

test.each([
  [{ kind: "fetching", bytes: 1, of_bytes: 4 }, 0],
  [{ kind: "failed", fault }, 1],
] as const)("%o: whether the caution stands", (phase, cautions) => {
  render(UpdatesShown, { view: madeUpView({ ...notComeUp, phase }), acts: acts() });
  expect(screen.queryAllByRole("note").length).toBe(cautions);
});

test("the notes of an earlier update can be opened; one without any has nothing to open", async () => {
  const older = { ...installed, at: "2026-10-02T08:15:02Z", notes: " \n" };
  const failed = { ...installed, at: "2026-10-01T08:15:02Z", fault: "dpkg ended with 2", notes: "<b>Plans</b>" };
  const { container } = render(UpdatesShown, {
    view: madeUpView({ history: [installed, older, failed] }),
    acts: acts(),
  });
  const [opened, ...others] = container.querySelectorAll("details");
  expect(others.map((one) => one.textContent.trim())).toEqual([expect.stringContaining("<b>Plans</b>")]);
  expect(opened?.open).toBe(false);
  await fireEvent.click(screen.getByText("What changed"));
  expect(opened?.open).toBe(true);
  expect(opened?.textContent).toContain("Hosts can be moved.");
});

test("notes of a server are text", () => {
  const { container } = render(UpdatesShown, { view: madeUpView(offered), acts: acts() });
  expect(container.querySelector("img")).toBeNull();
  expect(screen.getByText("<img src=x onerror=alert(1)>")).toBeTruthy();
});

test.each([
  [offered, now, "now"],
  [offered, after, "after_work"],
  [notComeUp, "Try 0.9.1 again", "now"],
  [notComeUp, "Try again after what is under way", "after_work"],
  [{ ...offered, phase: { kind: "failed", fault } } as const, "Try again", "now"],
  [{ ...offered, phase: { kind: "failed", fault } } as const, "Try again after what is under way", "after_work"],
])("the version that is shown is what is installed (%#)", async (about, name, when) => {
  const done = acts();
  render(UpdatesShown, { view: madeUpView(about), acts: done });
  await fireEvent.click(screen.getByRole("button", { name }));
  expect(done.install).toHaveBeenCalledExactlyOnceWith("0.9.1", when);
});

test("what the engine refuses stands with what was tried, and the other way stays open", () => {
  const refused = { code: "work_under_way", message: "under way: 2 runs", hint: null } as const;
  render(UpdatesShown, { view: madeUpView(offered), acts: acts({ refused: { act: "install", fault: refused } }) });
  expect(screen.getByRole("alert").textContent).toContain("under way: 2 runs");
  expect(screen.getByRole<HTMLButtonElement>("button", { name: after }).disabled).toBe(false);
});

test("a channel that the engine refuses is not shown as chosen", async () => {
  const done = acts();
  render(UpdatesShown, { view: madeUpView(), acts: done });
  const [stable, beta] = screen.getAllByRole<HTMLInputElement>("radio");
  if (!stable || !beta) throw new Error("there are two channels");
  await fireEvent.click(beta);
  expect(done.choose).toHaveBeenCalledExactlyOnceWith("beta");
  await vi.waitFor(() => {
    expect([stable.checked, beta.checked]).toEqual([true, false]);
  });
});

test("the channel stays while an update is put in", () => {
  render(UpdatesShown, { view: madeUpView({ ...offered, phase: { kind: "installing" } }), acts: acts() });
  expect(screen.getByRole<HTMLFieldSetElement>("group", { name: "Channel" }).disabled).toBe(true);
});
