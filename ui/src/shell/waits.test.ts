import { expect, it, vi } from "vitest";
import { waits } from "./waits.svelte";

it("asks once however often it is pressed, and can be asked again afterwards", async () => {
  let answer = (): void => undefined;
  const ask = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)));
  const first = waits.during("facts a/p/1", ask);
  await waits.during("facts a/p/1", ask);
  expect(ask).toHaveBeenCalledOnce();
  expect(waits.of("facts a/p/1")).not.toBeNull();
  expect(waits.of("facts a/p/2")).toBeNull();
  answer();
  await first;
  expect(waits.of("facts a/p/1")).toBeNull();
});

it("is over too when the question failed", async () => {
  await expect(waits.during("facts", () => Promise.reject(new Error("gone")))).rejects.toThrow("gone");
  expect(waits.of("facts")).toBeNull();
});
