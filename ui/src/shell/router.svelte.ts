/** Where the window is. The address holds scope, filter and sort, so that back, forward and a restart find them again. */

import { addressOf, parseAddress, type Address } from "./address";

export { addressOf };

let current = $state.raw<Address>(parseAddress(location.hash));
/** The last address of each path in this session. */
const last = new Map<string, string>();

export const router = {
  get path(): string {
    return current.path;
  },
  get query(): URLSearchParams {
    return current.query;
  },
};

/** Goes to `/fleet?scope=acme`, with or without `#`. */
export function navigate(address: string, options: { replace?: boolean } = {}): void {
  const hash = address.startsWith("#") ? address : `#${address}`;
  if (hash === location.hash) return;
  if (options.replace) history.replaceState(null, "", hash);
  else history.pushState(null, "", hash);
  read();
}

/** Sets some of the query; null removes. Filters replace the address, unless `push` makes them a step of the history. */
export function setQuery(changes: Record<string, string | null>, options: { push?: boolean } = {}): void {
  const query = new URLSearchParams(current.query);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === "") query.delete(key);
    else query.set(key, value);
  }
  navigate(addressOf(current.path, query), { replace: options.push !== true });
}

/** The path with the query that it had when it was last seen. */
export function lastAddress(path: string): string {
  return last.get(path) ?? addressOf(path);
}

/** Follows back, forward and links; call it once. */
export function startRouter(): void {
  window.addEventListener("popstate", read);
  window.addEventListener("hashchange", read);
}

function read(): void {
  const address = parseAddress(location.hash);
  if (addressOf(address.path, address.query) === addressOf(current.path, current.query)) return;
  current = address;
  last.set(address.path, addressOf(address.path, address.query));
}
