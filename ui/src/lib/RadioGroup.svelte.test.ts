import { fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { expect, test, vi } from "vitest";
import RadioGroup from "./RadioGroup.svelte";

const options = [
  { value: "all", label: "All", hint: "Every one of them." },
  { value: "some", label: "Some" },
  { value: "none", label: "None", disabled: true },
] as const;

const marks = (): boolean[] => screen.getAllByRole<HTMLInputElement>("radio").map((radio) => radio.checked);
const radio = (name: RegExp): HTMLInputElement => screen.getByRole("radio", { name });

test("it is a named group of one Tab stop; each choice has its words and its hint", () => {
  render(RadioGroup, { legend: "Which", options, value: "some" });
  expect(screen.getByRole<HTMLFieldSetElement>("group", { name: "Which" }).disabled).toBe(false);
  expect(marks()).toEqual([false, true, false]);
  expect(radio(/All.*Every one of them\./).disabled).toBe(false);
  expect(radio(/None/).disabled).toBe(true);
  // Radios of one name are one Tab stop, with arrows inside.
  expect(new Set(screen.getAllByRole<HTMLInputElement>("radio").map(({ name }) => name)).size).toBe(1);
});

test("two groups beside each other do not share their mark", async () => {
  render(RadioGroup, { legend: "Which", options, value: "some" });
  render(RadioGroup, { legend: "Which other", options, value: "some" });
  await fireEvent.click(screen.getAllByRole("radio")[0] as HTMLElement);
  expect(marks()).toEqual([true, false, false, false, true, false]);
});

test("what is chosen is told, and the mark goes back where the owner says otherwise", async () => {
  let kept = "some";
  const take = vi.fn((next: string) => (kept = next));
  const props = {
    legend: "Which",
    options,
    get value() {
      return kept;
    },
    set value(next: string) {
      take(next);
    },
  };
  const { rerender } = render(RadioGroup, props);
  await fireEvent.click(radio(/All/));
  expect(take).toHaveBeenCalledExactlyOnceWith("all");
  expect(marks()).toEqual([true, false, false]);
  await rerender({ value: "all" });
  await rerender({ value: "some" });
  await tick();
  expect(marks()).toEqual([false, true, false]);
});

test("nothing can be chosen while it is disabled", () => {
  render(RadioGroup, { legend: "Which", options, value: "some", disabled: true });
  expect(screen.getByRole<HTMLFieldSetElement>("group", { name: "Which" }).disabled).toBe(true);
});
