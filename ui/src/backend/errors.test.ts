import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { appearanceOf, BackendError, codes, faultAsText, faultOf, nextStepOf, ownCommands, type Code } from "./errors";

test("a code of a newer engine is shown as a defect, not as nothing", () => {
  expect(appearanceOf("from_the_future" as Code).severity).toBe("defect");
});

test("whatever is thrown can be shown", () => {
  const fault = { code: "host_key_changed", message: "The key changed.", hint: null } as const;
  expect(faultOf(new BackendError(fault))).toBe(fault);
  expect(faultOf(fault)).toBe(fault);
  expect(faultOf(new TypeError("x is not a function"))).toMatchObject({
    code: "internal",
    message: "x is not a function",
  });
  expect(faultOf("text").message).toBe("text");
});

test("a fault in words has cause and next step, its own or the code's", () => {
  const fault = { code: "timeout_tcp", message: "web-1 does not answer.", hint: null } as const;
  expect(faultAsText(fault)).toBe(
    "The host does not answer (timeout_tcp)\nweb-1 does not answer.\nNext: Check the VPN, the firewall, and that the host is up.",
  );
  expect(faultAsText({ ...fault, hint: "Start the VPN." })).toContain("Next: Start the VPN.");
});

/** Codes that the window must speak of in its own words. */
test.each([
  "plan_expired",
  "plan_not_approved",
  "plan_used",
  "plan_stale",
  "outside_window",
  "run_halted",
  "group_stopped",
  "restart_refused",
  "not_back",
] satisfies Code[])("%s is in the table", (code) => {
  expect(codes()).toContain(code);
  expect(appearanceOf(code).severity).not.toBe("defect");
});

const forShell = [
  "`millwright host trust acme/prod/web-1` pins it.",
  "Pin it anew: millwright host trust acme/prod/web-1",
  "Wait for it, or override it with --override-window REASON.",
];

test.each(codes())("%s: the window's own next step stands instead of a command", (code) => {
  for (const hint of forShell) {
    const { text, link } = nextStepOf({ code, message: "It failed.", hint });
    expect(text).toBe(appearanceOf(code).next);
    expect(text).not.toMatch(/`|millwright [a-z]/);
    expect(text).toMatch(/^[A-ZÄÖÜ“].*\.$/);
    if (link) expect(link.href).toMatch(/^#\/[a-z]+(\/acme\/prod\/web-1\?tab=\w+)?$/);
    expect(faultAsText({ code, message: "It failed.", hint })).not.toContain("millwright host");
  }
});

/** Hints that name no command of Millwright, though they look a little like one. */
test.each([
  "Start the VPN; Millwright asks again.",
  "Update millwright with apt.",
  "Update it as you update your system: `sudo apt update && sudo apt install --only-upgrade millwright`",
  "Or put it in yourself: `sudo dpkg --install /home/a/.local/share/millwright/updates/packages/millwright-0.9.1.deb`",
  "Install the package's archive again (`dpkg -i`), or remove it with `dpkg --remove --force-remove-reinstreq`.",
  "Make room where Millwright keeps its jobs: /var/lib/millwright, or ~/.local/state/millwright.",
  "`systemctl --failed` lists them; the unit is millwright-run-812.",
])("“%s” is shown as it is", (hint) => {
  expect(nextStepOf({ code: "update_install_failed", message: "m", hint }).text).toBe(hint);
});

/** Hints as crates write them, of which a part is only for the command line. */
test.each([
  "`millwright init` makes one; --workspace DIR or MILLWRIGHT_WORKSPACE names another folder.",
  "Ask it: millwright facts refresh acme/prod/web-1",
  "Begins if the window or `millwright serve-schedule` is up then.",
  "Compare it (`ssh-keygen -lf FILE`), then trust it with `millwright host trust`.",
  "For one command without a terminal: millwright exec acme/prod/web-1 -- COMMAND",
  "Install sudo there, or log in as root with `--sudo none`.",
  "Name a folder with --workspace DIR.",
])("“%s” is for a shell", (hint) => {
  expect(nextStepOf({ code: "sudo_missing", message: "m", hint }).text).toBe(appearanceOf("sudo_missing").next);
});

test("the commands are those of the command line", () => {
  const nouns = readFileSync("../crates/cli/src/arguments.rs", "utf8").split("enum Noun {")[1]?.split("\n}")[0] ?? "";
  const names = [...nouns.matchAll(/^ {4}([A-Z]\w+)/gm)].map(([, name = ""]) =>
    name.replace(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase(),
  );
  expect(names).toContain("serve-schedule");
  expect([...ownCommands].sort()).toEqual(names.sort());
});

test("the way leads to the host that is known, commanded or quoted, and nowhere without one", () => {
  const fault = { code: "host_key_unknown", message: "Nobody trusts “bolt/prod/db-1”.", hint: null } as const;
  const keysOf = (host: string): string => `#/hosts/${host}?tab=connection`;
  expect(nextStepOf(fault).link?.href).toBe(keysOf("bolt/prod/db-1"));
  expect(nextStepOf(fault, "acme/prod/web-1").link?.href).toBe(keysOf("acme/prod/web-1"));
  expect(nextStepOf({ ...fault, message: "of /etc/ssh/sshd_config", hint: forShell[1] ?? "" }).link?.href).toBe(
    keysOf("acme/prod/web-1"),
  );
  expect(nextStepOf({ ...fault, message: "of /etc/ssh/sshd_config" }).link).toBeNull();
});
