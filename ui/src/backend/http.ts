/** The engine behind the development server. The token comes in the address's fragment and does not stay there. */

import type { Backend, BackendEvent } from "./backend";
import { BackendError, isFault } from "./errors";
import type { Commands } from "./generated/commands";
import { httpGrants } from "./http_grants";
import { Listeners, withProgress } from "./listeners";
import { eventsIn } from "./event_stream";

const tokenKey = "millwright.token";
const longestPauseMilliseconds = 10_000;

export function httpBackend(): Backend {
  const token = takeToken();
  const listeners = new Listeners((tell) => void listen(token, tell));
  return {
    call: (command, args, onProgress) =>
      withProgress(listeners, onProgress, (task) => post(token, command, args, task)) as Promise<
        Commands[typeof command]["answer"]
      >,
    subscribe: (listener) => listeners.add(listener),
    desktop: null,
    grants: httpGrants((address, init) => ask(token, address, init)),
    ready: () => undefined,
  };
}

async function post(token: string, command: string, args: unknown, task: number): Promise<unknown> {
  const response = await ask(token, "/rpc", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ command, arguments: args, task }),
  });
  return response.json();
}

/** The answer, when the engine gave one. */
async function ask(token: string, address: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("Authorization", `Bearer ${token}`);
  const response = await reach(address, { ...init, headers });
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => null);
  throw new BackendError(isFault(body) ? body : faultOfStatus(response.status));
}

async function reach(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch (thrown) {
    if (init.signal?.aborted) throw thrown;
    throw new BackendError({
      code: "link_lost",
      message: "The engine does not answer.",
      hint: "Check that the server still runs, then try again.",
    });
  }
}

function faultOfStatus(status: number): { code: "internal" | "invalid_input"; message: string; hint: string } {
  return status === 401
    ? {
        code: "invalid_input",
        message: "The engine does not know this window.",
        hint: "Open the address that the server printed when it started.",
      }
    : { code: "internal", message: `The engine answered with status ${status}.`, hint: "Look at the server's output." };
}

/** Hears events for as long as the page lives; after a break it comes back and has everything looked at again. */
async function listen(token: string, tell: (event: BackendEvent) => void): Promise<never> {
  let pauseMilliseconds = 250;
  let connections = 0;
  for (;;) {
    try {
      const response = await reach("/events", { headers: { Authorization: `Bearer ${token}` } });
      if (response.ok && response.body) {
        pauseMilliseconds = 250;
        connections += 1;
        if (connections > 1) tell({ event: "changed", version: 0 });
        for await (const event of eventsIn(response.body)) tell(event as BackendEvent);
      }
    } catch {
      // The next attempt tells; what a technician does meanwhile shows the failure itself.
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
    pauseMilliseconds = Math.min(pauseMilliseconds * 2, longestPauseMilliseconds);
  }
}

function takeToken(): string {
  const found = /^#token=([\w.~-]+)$/.exec(location.hash)?.[1];
  if (found === undefined) return sessionStorage.getItem(tokenKey) ?? "";
  sessionStorage.setItem(tokenKey, found);
  history.replaceState(null, "", location.pathname + location.search);
  return found;
}
