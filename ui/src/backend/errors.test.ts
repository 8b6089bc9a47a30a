import { expect, test } from "vitest";
import { appearanceOf, BackendError, faultAsText, faultOf, type Code } from "./errors";

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
