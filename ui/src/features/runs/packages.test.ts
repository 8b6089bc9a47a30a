import { expect, it } from "vitest";
import { packagesInShort } from "./packages";

it.each([
  [[], ""],
  [[{ name: "nginx", before: "1.22", after: "1.26" }], "nginx 1.22 → 1.26"],
  [[{ name: "nginx", before: null, after: "1.26" }], "nginx 1.26 installed"],
  [[{ name: "nginx", before: "1.22", after: null }], "nginx 1.22 removed"],
  [
    [
      { name: "nginx", before: "1.22", after: "1.26" },
      { name: "curl", before: "7", after: "8" },
      { name: "tar", before: "1", after: "2" },
    ],
    "nginx 1.22 → 1.26 and 2 more",
  ],
])("%j", (packages, expected) => {
  expect(packagesInShort(packages)).toBe(expected);
});
