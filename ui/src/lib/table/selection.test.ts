import { expect, test } from "vitest";
import { countSelected, emptySelection, extend, isAll, isSelected, selectAll, selectSome, toggle } from "./selection";

test("a row is selected and let go", () => {
  const one = toggle(emptySelection(), "a");
  expect([isSelected(one, "a"), isSelected(one, "b"), countSelected(one, 10)]).toEqual([true, false, 1]);
  expect(countSelected(toggle(one, "a"), 10)).toBe(0);
});

test("all is a query: rows that nobody has loaded are in it, and it counts with the total", () => {
  const all = selectAll();
  expect([isSelected(all, "never loaded"), countSelected(all, 1842), isAll(all)]).toEqual([true, 1842, true]);
  const but = toggle(all, "a");
  expect(but).toEqual({ kind: "all", except: new Set(["a"]) });
  expect([isSelected(but, "a"), countSelected(but, 1842), isAll(but)]).toEqual([false, 1841, false]);
  expect(isAll(toggle(but, "a"))).toBe(true);
});

test("extending adds and never takes away", () => {
  expect(extend(selectSome(["a"]), ["a", "b", "c"])).toEqual(selectSome(["a", "b", "c"]));
  expect(extend(toggle(toggle(selectAll(), "a"), "b"), ["b", "c"])).toEqual({ kind: "all", except: new Set(["a"]) });
});

test("a selection is never changed in place", () => {
  const before = selectSome(["a"]);
  toggle(before, "b");
  extend(before, ["c"]);
  expect(before).toEqual(selectSome(["a"]));
});
