import { describe, expect, it } from "vitest";
import type { HostKeyPin, KnownHostKeys, OfferedKey } from "$backend/generated/commands";
import { byCause } from "./causes";
import { eachOf } from "./each";
import { fingerprintsIn, standingOf, type Standing } from "./trust";

const print = (letter: string): string => `SHA256:${letter.repeat(43)}`;
const [own, other] = [print("a"), print("b")];

function offered(...pinned: [string, "trusted" | "revoked"][]): OfferedKey {
  const pins = pinned.map(([fingerprint, state]) => ({ fingerprint, state }) as HostKeyPin);
  return { host: "a/b/c", algorithm: "ssh-ed25519", fingerprint: own, pinned: pins };
}

const known = (trusted: string[], revoked: string[] = []): KnownHostKeys => ({ host: "a/b/c", trusted, revoked });

describe("a key that a host shows", () => {
  it.each<[Standing, OfferedKey, KnownHostKeys | undefined, string[]]>([
    ["unknown", offered(), undefined, []],
    ["unknown", offered(), known([]), [other]],
    ["known", offered(), known([other, own]), []],
    ["listed", offered(), undefined, [own]],
    ["other", offered(), known([other]), []],
    ["other", offered([other, "trusted"]), known([own]), [own]],
    ["trusted", offered([own, "trusted"]), undefined, []],
    ["revoked", offered([own, "revoked"]), known([own]), [own]],
    ["revoked", offered([own, "trusted"]), known([], [own]), []],
  ])("is %s", (standing, key, of, list) => {
    expect(standingOf(key, of, new Set(list))).toBe(standing);
  });

  it("is looked for in whatever ssh-keygen printed", () => {
    const text = `256 ${own} root@web-1 (ED25519)\n3072 ${other} (RSA)\nMD5:00:11 SHA256:short`;
    expect([...fingerprintsIn(text)]).toEqual([own, other]);
  });
});

it("failures stand by their cause, the most frequent first", () => {
  const fault = (code: "key_refused" | "no_route") => ({ code, message: code, hint: null });
  const causes = byCause([
    { host: "a", step: "tcp", fault: fault("no_route") },
    { host: "b", step: "authentication", fault: fault("key_refused") },
    { host: "c", step: "authentication", fault: fault("key_refused") },
  ]);
  expect(causes.map(({ step, hosts }) => [step, hosts])).toEqual([
    ["authentication", ["b", "c"]],
    ["tcp", ["a"]],
  ]);
});

it("never does more at once than it may, and does all", async () => {
  let [running, most] = [0, 0];
  const done: number[] = [];
  await eachOf([1, 2, 3, 4, 5], 2, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    done.push(item);
  });
  expect([most, done]).toEqual([2, [1, 2, 3, 4, 5]]);
});
