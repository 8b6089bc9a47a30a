import { expect, test } from "vitest";
import { appearanceOf, BackendError, codes, faultAsText, faultOf, nextStepOf, type Code } from "./errors";

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

test("a hint without a command stays", () => {
  const fault = { code: "timeout_tcp", message: "m", hint: "Start the VPN; Millwright asks again." } as const;
  expect(nextStepOf(fault).text).toBe("Start the VPN; Millwright asks again.");
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
