/** Addresses inside of the window: `#/fleet?scope=acme&sort=-seen`. Pure. */

export interface Address {
  /** Begins with a slash; decoded only where it is matched. */
  path: string;
  query: URLSearchParams;
}

/** Reads `#/fleet?scope=acme`, with or without the `#`. What makes no sense leads to `/`. */
export function parseAddress(text: string): Address {
  const plain = text.replace(/^#/, "");
  const cut = plain.indexOf("?");
  const path = cut < 0 ? plain : plain.slice(0, cut);
  return {
    path: path.startsWith("/") ? path.replace(/(?<=.)\/+$/, "") : "/",
    query: new URLSearchParams(cut < 0 ? "" : plain.slice(cut + 1)),
  };
}

/** `("/fleet", { scope: "acme/prod" })` → `#/fleet?scope=acme/prod`. What is null or empty is left out. */
export function addressOf(
  path: string,
  query: Record<string, string | null | undefined> | URLSearchParams = {},
): string {
  const entries = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  const text = entries
    .filter((entry): entry is [string, string] => Boolean(entry[1]))
    .map(([key, value]) => `${encodeURIComponent(key)}=${readable(encodeURIComponent(value))}`)
    .join("&");
  return `#${path}${text && `?${text}`}`;
}

/** What the parameters of a pattern stand for in a path, or null if it is another path. */
export function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const given = path.split("/");
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    if (part.startsWith("*")) {
      const rest = given.slice(index);
      if (rest.length === 0) return null;
      parameters[part.slice(1)] = rest.map(decode).join("/");
      return parameters;
    }
    const segment = given[index];
    if (segment === undefined) return null;
    if (part.startsWith(":") && segment !== "") parameters[part.slice(1)] = decode(segment);
    else if (part !== segment) return null;
  }
  return wanted.length === given.length ? parameters : null;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A half-typed escape is a name like any other.
    return segment;
  }
}

/** Slashes, commas and the like are legal in a query and read better than their escapes. */
function readable(encoded: string): string {
  return encoded.replace(/%2F/g, "/").replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%40/g, "@");
}
