import { expect, test } from "vitest";
import { eventsIn } from "./event_stream";

async function read(...chunks: Uint8Array[]): Promise<unknown[]> {
  const events: unknown[] = [];
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  for await (const event of eventsIn(body)) events.push(event);
  return events;
}

test("messages are read however they are cut, even inside of a character", async () => {
  const bytes = new TextEncoder().encode(': hello\n\ndata: {"event":"é"}\n\ndata:{"a":1}\r\n\r\ndata: {"cut":');
  const whole = [{ event: "é" }, { a: 1 }];
  expect(await read(bytes)).toEqual(whole);
  expect(await read(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole);
});
