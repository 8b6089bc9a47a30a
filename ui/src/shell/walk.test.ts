import { afterEach, expect, it } from "vitest";
import { walk } from "./walk";

afterEach(() => {
  document.body.replaceChildren();
});

const focused = (): string | null | undefined => document.activeElement?.textContent;

it("goes from row to row by their first actions and stays at the ends", () => {
  document.body.innerHTML = `<main>
    <ul><li><a href="#/x">host</a><button data-primary>1</button></li><li><button data-primary>2</button></li></ul>
    <ul><li><a data-primary href="#/y">3</a></li></ul>
  </main>`;
  const seen = [1, 1, 1, 1, -1].map((by) => {
    walk(by as 1 | -1);
    return focused();
  });
  expect(seen).toEqual(["1", "2", "3", "3", "2"]);
});

it("begins at the row that has the focus, wherever in it", () => {
  document.body.innerHTML = `<main><ul><li><a href="#/x">host</a><button data-primary>1</button></li>
    <li><button data-primary>2</button></li></ul></main>`;
  document.querySelector("a")?.focus();
  walk(1);
  expect(focused()).toBe("2");
});

it("enters a table at its Tab stop and then moves as the arrows do", () => {
  document.body.innerHTML = `<main><div role="grid"><span tabindex="-1">a</span><span tabindex="0">b</span></div></main>`;
  const keys: string[] = [];
  document
    .querySelector("[role=grid]")
    ?.addEventListener("keydown", (event) => keys.push((event as KeyboardEvent).key));
  walk(1);
  expect([focused(), keys]).toEqual(["b", []]);
  walk(1);
  walk(-1);
  expect(keys).toEqual(["ArrowDown", "ArrowUp"]);
});

it("does nothing where there are no rows", () => {
  document.body.innerHTML = "<main><p>nothing</p></main>";
  walk(1);
  expect(document.activeElement).toBe(document.body);
});
