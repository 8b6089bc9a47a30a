import { expect, test } from "vitest";
import { codeText } from "./code_text";

test.each([
  ["Start the VPN.", ["Start the VPN."]],
  [
    "Or put it in yourself: `sudo dpkg --install /a/b.deb`",
    ["Or put it in yourself: ", ["sudo dpkg --install /a/b.deb"]],
  ],
  ["`dmesg` tells; then `mount -o remount,rw /`.", ["dmesg", " tells; then ", ["mount -o remount,rw /"], "."]],
  ["<b> `<img src=x>` &amp;", ["<b> ", ["<img src=x>"], " &amp;"]],
  ["One ` alone, and `` an empty one", ["One ` alone, and `` an empty one"]],
  ["It begins `here\nand ends` there", ["It begins `here\nand ends` there"]],
  ["", []],
] as const)("%j", (text, parts) => {
  const told = codeText(text).map((part) => (part.kind === "code" && part.isTyped ? [part.text] : part.text));
  expect(told).toEqual(parts);
});
