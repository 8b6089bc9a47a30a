import { expect, test, vi } from "vitest";
import { base64OfBytes, bytesOfBase64, bytesOfBinary, bytesOfText } from "./bytes";
import { Outbox } from "./outbox";

/** A host that takes one message after the other, when it is told to. */
function slowHost(): {
  sent: string[];
  send: (bytes: Uint8Array) => Promise<void>;
  answer: (fault?: Error) => Promise<void>;
} {
  const sent: string[] = [];
  let settle: ((fault?: Error) => void) | undefined;
  return {
    sent,
    send: (bytes) => {
      sent.push(new TextDecoder().decode(bytes));
      return new Promise((resolve, reject) => {
        settle = (fault) => {
          if (fault) reject(fault);
          else resolve();
        };
      });
    },
    answer: async (fault) => {
      settle?.(fault);
      await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

test("one message at a time, in order; what is typed meanwhile goes together", async () => {
  const host = slowHost();
  const outbox = new Outbox(host.send, vi.fn());
  for (const key of "ls -l") outbox.put(bytesOfText(key));
  expect(host.sent).toEqual(["l"]);
  await host.answer();
  expect(host.sent).toEqual(["l", "s -l"]);
  await host.answer();
  outbox.put(bytesOfText("\r"));
  expect(host.sent).toEqual(["l", "s -l", "\r"]);
});

test("a large paste goes in pieces and arrives whole", async () => {
  const host = slowHost();
  const outbox = new Outbox(host.send, vi.fn());
  const text = "0123456789".repeat(10_000);
  outbox.put(bytesOfText(text));
  for (let turn = 0; turn < 5; turn += 1) await host.answer();
  expect(host.sent.length).toBe(4);
  expect(host.sent.join("")).toBe(text);
});

test("after a failure nothing is sent any more, and it is told once", async () => {
  const host = slowHost();
  const lost = vi.fn();
  const outbox = new Outbox(host.send, lost);
  outbox.put(bytesOfText("a"));
  outbox.put(bytesOfText("b"));
  const fault = new Error("gone");
  await host.answer(fault);
  outbox.put(bytesOfText("c"));
  expect(host.sent).toEqual(["a"]);
  expect(lost.mock.calls).toEqual([[fault]]);
});

test("a closed one sends nothing and its last failure is nobody's", async () => {
  const host = slowHost();
  const lost = vi.fn();
  const outbox = new Outbox(host.send, lost);
  outbox.put(bytesOfText("a"));
  outbox.put(bytesOfText("b"));
  outbox.close();
  await host.answer(new Error("gone"));
  expect(host.sent).toEqual(["a"]);
  expect(lost).not.toHaveBeenCalled();
});

test("every byte goes there and back", () => {
  const bytes = Uint8Array.from({ length: 20_000 }, (_, index) => index % 256);
  expect(bytesOfBase64(base64OfBytes(bytes))).toEqual(bytes);
  expect(base64OfBytes(new Uint8Array())).toBe("");
  expect(bytesOfBinary("\x1b[M !ÿ")).toEqual(Uint8Array.of(27, 91, 77, 32, 33, 255));
});
