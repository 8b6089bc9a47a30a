/** What is wanted of hosts, as a form has it. Pure. */

import type { Wanted } from "$backend/generated/commands";

/** As it was typed. Secrets never stand here. */
export interface Wish {
  script: string;
  asRoot: boolean;
  detached: boolean;
  timeoutSeconds: string;
  scope: "all" | "security" | "packages";
  packages: string;
  runbook: string;
  product: string;
  version: string;
  /** Values by runbook or product, then by parameter. */
  values: Record<string, Record<string, string>>;
}

export function emptyWish(): Wish {
  return {
    script: "",
    asRoot: false,
    detached: false,
    timeoutSeconds: "300",
    scope: "all",
    packages: "",
    runbook: "",
    product: "",
    version: "",
    values: {},
  };
}

/** What a run wanted, back in the form; what the form holds for other kinds of work stays. */
export function wishLike(wanted: Wanted, wish: Wish): Wish {
  switch (wanted.kind) {
    case "exec":
      return {
        ...wish,
        script: wanted.script,
        asRoot: wanted.sudo,
        detached: wanted.detached,
        timeoutSeconds: String(wanted.timeout_seconds),
      };
    case "patch":
      return {
        ...wish,
        scope: wanted.packages.length > 0 ? "packages" : wanted.security ? "security" : "all",
        packages: wanted.packages.join(" "),
      };
    case "runbook":
      return { ...wish, runbook: wanted.runbook, values: { ...wish.values, [wanted.runbook]: { ...wanted.values } } };
    case "product":
      return {
        ...wish,
        product: wanted.product,
        version: wanted.version ?? "",
        values: { ...wish.values, [wanted.product]: { ...wanted.values } },
      };
    case "undo":
      // It is planned from the run that it takes back, never typed.
      return wish;
  }
}
