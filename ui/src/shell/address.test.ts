import { expect, test } from "vitest";
import { addressOf, matchPath, parseAddress } from "./address";

test.each([
  ["#/fleet?scope=acme/prod&sort=-seen", "/fleet", { scope: "acme/prod", sort: "-seen" }],
  ["/fleet/", "/fleet", {}],
  ["#/", "/", {}],
  ["", "/", {}],
  ["#token=abc", "/", {}],
  ["#/fleet?search=a%26b+c", "/fleet", { search: "a&b c" }],
])("%s is read", (text, path, query) => {
  const address = parseAddress(text);
  expect([address.path, Object.fromEntries(address.query)]).toEqual([path, query]);
});

test("what is written is read again", () => {
  const query = { scope: "acme/prod,!acme/prod/web-1", search: "a&b=c #?%+", tag: "é" };
  expect(Object.fromEntries(parseAddress(addressOf("/fleet", query)).query)).toEqual(query);
  expect(addressOf("/fleet", { scope: "acme/prod", sort: null, filter: "" })).toBe("#/fleet?scope=acme/prod");
});

test.each([
  ["/runs", "/runs", {}],
  ["/runs/:id", "/runs/812", { id: "812" }],
  ["/runs/:id", "/runs", null],
  ["/runs/:id", "/runs/", null],
  ["/runs/:id", "/runs/812/log", null],
  ["/fleet/host/*host", "/fleet/host/acme/prod/web-1", { host: "acme/prod/web-1" }],
  ["/fleet/host/*host", "/fleet/host", null],
  ["/runbooks/:name", "/runbooks/a%20b", { name: "a b" }],
  ["/runbooks/:name", "/runbooks/100%", { name: "100%" }],
])("%s against %s", (pattern, path, expected) => {
  expect(matchPath(pattern, path)).toEqual(expected);
});
