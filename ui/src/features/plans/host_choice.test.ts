import { expect, it } from "vitest";
import type { HostChoice } from "$backend/generated/commands";
import { asSelector, countQuery, inWords, losesFilter } from "./host_choice";

const matching: HostChoice = {
  kind: "matching",
  filter: { scope: "acme", text: "web", needs: ["reboot", "failed_units"] },
  except: ["acme/prod/web-9"],
};
const four: HostChoice = { kind: "hosts", hosts: ["a/b/1", "a/b/2", "a/b/3", "a/b/4"] };

it.each<[HostChoice, string, string, boolean]>([
  [{ kind: "selector", selector: "tag:db,!acme" }, "tag:db,!acme", "tag:db,!acme", false],
  [four, "a/b/1,a/b/2,a/b/3,a/b/4", "a/b/1, a/b/2, a/b/3 and 1 other", false],
  [matching, "acme,!acme/prod/web-9", "acme · “web” · needs reboot, failed units but 1 host", true],
  [{ kind: "matching", filter: {}, except: [] }, "all", "all clients", false],
])("%j", (choice, selector, words, loses) => {
  expect([asSelector(choice), inWords(choice), losesFilter(choice)]).toEqual([selector, words, loses]);
});

it.each([
  ["all", {}],
  ["acme", { scope: "acme" }],
  ["acme/prod", { scope: "acme/prod" }],
  ["acme/prod/web-1", null],
  ["tag:db", null],
  ["acme,bolt", null],
])("the hosts of %s are counted by the filter %j", (selector, filter) => {
  expect(countQuery({ kind: "selector", selector })?.filter ?? null).toEqual(filter);
});
