import { expect, test } from "vitest";
import type { UpdateNews, UpdateOwner, UpdatePhase } from "$backend/generated/commands";
import { installed, offer, offered } from "./made_up";
import {
  asSentence,
  canLeave,
  fetchedWords,
  installationWords,
  lineOf,
  newsWords,
  pastWords,
  phaseWords,
  stagesOf,
  updateCommand,
} from "./words";

const fault = { code: "update_server", message: "no answer", hint: null } as const;

test.each<[string | null, string]>([
  ["linux-x86_64-deb", "Debian package, Linux x86_64"],
  ["linux-aarch64-appimage", "AppImage, Linux aarch64"],
  ["windows-x86_64-nsis", "Windows installer, Windows x86_64"],
  ["darwin-aarch64-app", "Mac application, macOS aarch64"],
  ["haiku-x86_64-hpkg", "haiku-x86_64-hpkg"],
  ["constructor", "constructor"],
  [null, "Not from a package"],
])("%s is installed as %s", (target, words) => {
  expect(installationWords(target)).toBe(words);
});

const managed = (name: string, advice: string): UpdateOwner => ({ kind: "package_manager", name, advice });

test.each<[string, UpdateOwner, string | null]>([
  ["none beside one that the advice quotes", managed("apt", "Run `sudo apt full-upgrade` there."), null],
  ["what is usual", managed("DNF", "Update it there."), "sudo dnf upgrade millwright"],
  ["nothing where nobody knows", managed("guix", "Update it there."), null],
  ["nothing for itself", { kind: "itself" }, null],
])("the command: %s", (_, owner, command) => {
  expect(updateCommand(owner)).toBe(command);
});

test.each<[UpdatePhase, string, boolean, string | null]>([
  [{ kind: "idle" }, "", false, "Update to 0.9.1"],
  [{ kind: "fetching", bytes: 1, of_bytes: 4 }, "running waiting waiting waiting waiting", true, "Fetching 0.9.1"],
  [{ kind: "waiting", until: "1 run" }, "succeeded held waiting waiting waiting", true, "Update waits"],
  [{ kind: "backing_up" }, "succeeded succeeded running waiting waiting", true, "Copying the workspace"],
  [{ kind: "installing" }, "succeeded succeeded succeeded running waiting", false, "Installing 0.9.1"],
  [{ kind: "restarting" }, "succeeded succeeded succeeded succeeded running", false, "Restarting"],
  [{ kind: "failed", fault }, "", true, "Update failed"],
])("$kind: its stages, whether it can be left, and the rail's line", (phase, stages, leave, line) => {
  expect(
    stagesOf(phase)
      .map((stage) => stage.status)
      .join(" "),
  ).toBe(stages);
  expect(canLeave(phase)).toBe(leave);
  expect(lineOf({ ...offered, phase })?.text ?? null).toBe(line);
  expect(phaseWords(phase) === null).toBe(stages === "");
});

test.each<UpdateNews>([
  { kind: "unknown" },
  { kind: "current" },
  { kind: "not_yet", version: "0.9.1", rollout_percent: 20 },
  { kind: "withdrawn", version: "0.9.1" },
])("$kind is no reason for a line in the rail, unless something goes on", (news) => {
  expect(lineOf({ news, phase: { kind: "idle" } })).toBeNull();
  expect(lineOf({ news, phase: { kind: "installing" } })?.text).toBe("Installing the update");
});

test("a version that did not come up here is not advertised, unless somebody puts it in again", () => {
  const news: UpdateNews = { kind: "offered", offer: { ...offer, did_not_come_up_at: "2026-11-21T08:00:00Z" } };
  expect(lineOf({ news, phase: { kind: "idle" } })).toBeNull();
  expect(lineOf({ news, phase: { kind: "fetching", bytes: 1, of_bytes: 4 } })?.text).toBe("Fetching 0.9.1");
  expect(lineOf({ news, phase: { kind: "failed", fault } })?.text).toBe("Update failed");
});

test("what the newest release means names versions, the channel and the share", () => {
  const view = { version: "0.9.0", channel: "beta" } as const;
  expect(newsWords({ kind: "current" }, view).detail).toBe("0.9.0 is the newest beta release.");
  const notYet = newsWords({ kind: "not_yet", version: "0.9.1", rollout_percent: 20 }, view);
  expect([notYet.title, notYet.detail].join(" ")).toMatch(/^0\.9\.1 is out.* 20 % of all/);
  expect(newsWords({ kind: "withdrawn", version: "0.9.1" }, view).detail).toContain("Stay on 0.9.0");
});

test.each([
  [0, 4096, "0 B of 4.0 KiB · 0 %"],
  [1024, 4096, "1.0 KiB of 4.0 KiB · 25 %"],
  [4095, 4096, "4.0 KiB of 4.0 KiB · 99 %"],
  [8192, 4096, "8.0 KiB of 4.0 KiB · 100 %"],
  [0, 0, "0 B of 0 B"],
])("%i of %i bytes", (bytes, total, words) => {
  expect(fetchedWords(bytes, total)).toBe(words);
});

test("earlier updates", () => {
  expect(pastWords(installed)).toEqual({ status: "succeeded", words: "Installed" });
  expect(pastWords({ ...installed, fault: "dpkg ended with 2" }).words).toBe("Not updated: dpkg ended with 2");
});

test.each([
  ["only the window", "Only the window."],
  ["It is so.", "It is so."],
  ["Is it?", "Is it?"],
])("“%s” alone is “%s”", (text, sentence) => {
  expect(asSentence(text)).toBe(sentence);
});
