/** What a job made of packages, in words. Pure. */

import type { PackageChange } from "$backend/generated/commands";

/** `nginx 1.22 → 1.26`, `libssl3 1.0 installed`, `nginx 1.22 removed`. */
export function packageWords({ name, before, after }: PackageChange): string {
  if (before === null) return `${name} ${after ?? ""} installed`;
  return after === null ? `${name} ${before} removed` : `${name} ${before} → ${after}`;
}

/** `nginx 1.22 → 1.26 and 2 more`. */
export function packagesInShort(packages: readonly PackageChange[]): string {
  const [first] = packages;
  if (!first) return "";
  return packageWords(first) + (packages.length > 1 ? ` and ${packages.length - 1} more` : "");
}
