import { render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { asking } from "./time_left";
import { Wait } from "./wait.svelte";
import WaitProgress from "./WaitProgress.svelte";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

async function after(seconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  await tick();
}

test("a short wait is not worth a word; a long one tells count, time and, when it can be known, what is left", async () => {
  const wait = new Wait();
  render(WaitProgress, { wait, words: asking });
  wait.tell({ done: 0, total: 2000 });
  await after(1);
  expect(screen.queryByRole("progressbar")).toBeNull();

  await after(1);
  expect(screen.getByText("Asking hosts: 0 of 2,000 · 0:02")).toBeTruthy();
  wait.tell({ done: 500, total: 2000 });
  await after(8);
  expect(screen.getByText("Asking hosts: 500 of 2,000 · 0:10 · about 30 s left")).toBeTruthy();
  expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("500");
  // Readers are told once that it goes on, not every second.
  expect(screen.getByRole("status").textContent).toBe("Asking hosts…");
});

test("one host has no bar: half of one is nothing", async () => {
  const wait = new Wait();
  wait.tell({ done: 0, total: 1 });
  render(WaitProgress, { wait, words: asking });
  await after(3);
  expect(screen.queryByRole("progressbar")).toBeNull();
  expect(screen.getByText("Asking the host · 0:03")).toBeTruthy();
});

test("when the wait is over nothing stands there any more", async () => {
  const { rerender } = render(WaitProgress, { wait: new Wait(), words: asking });
  await after(3);
  expect(screen.getByText("Asking · 0:03")).toBeTruthy();
  await rerender({ wait: null, words: asking });
  expect(screen.queryByText(/Asking/)).toBeNull();
});
