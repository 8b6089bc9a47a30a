import { expect, test } from "vitest";
import { bytesOfText } from "./bytes";
import { TypeAhead } from "./type_ahead";

const textOf = (pieces: Uint8Array[] | null): string | null =>
  pieces?.map((piece) => new TextDecoder().decode(piece)).join("") ?? null;

test("what is typed is given out once, in order", () => {
  const ahead = new TypeAhead();
  for (const key of "uptime\r") ahead.put(bytesOfText(key));
  expect(textOf(ahead.take())).toBe("uptime\r");
  expect(textOf(ahead.take())).toBe("");
});

test("as much as fits is kept", () => {
  const ahead = new TypeAhead();
  ahead.put(bytesOfText("x".repeat(4096)));
  expect(textOf(ahead.take())).toHaveLength(4096);
});

test("too much is not cut: none of it is given out, also not what comes after it", () => {
  const ahead = new TypeAhead();
  ahead.put(bytesOfText("rm -rf /srv/old"));
  ahead.put(bytesOfText("x".repeat(4096)));
  ahead.put(bytesOfText("\r"));
  expect(ahead.take()).toBeNull();
  ahead.put(bytesOfText("ls"));
  expect(textOf(ahead.take())).toBe("ls");
});

test("what was meant for a shell that did not come about is gone", () => {
  const ahead = new TypeAhead();
  ahead.put(bytesOfText("x".repeat(5000)));
  ahead.clear();
  expect(textOf(ahead.take())).toBe("");
});
