/** Reads text/event-stream from a fetch, because EventSource cannot send a header. Each message's data is JSON. */
export async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let buffer = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      buffer += decoder.decode(value, { stream: true });
      const messages = buffer.split(/\r?\n\r?\n/);
      buffer = messages.pop() ?? "";
      for (const message of messages) {
        const data = dataOf(message);
        if (data !== "") yield JSON.parse(data);
      }
    }
  } finally {
    reader.releaseLock();
  }
}

function dataOf(message: string): string {
  return message
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).replace(/^ /, ""))
    .join("\n");
}
