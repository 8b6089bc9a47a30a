/** Where a host belongs: the way to it for the breadcrumb, and whether its client lives on it. */

import { query } from "$backend/query.svelte";
import type { Crumb } from "./page.svelte";
import { addressOf } from "./router.svelte";

export interface HostPlace {
  /** The client's short name, which one types where production changes. */
  readonly client: string;
  readonly production: boolean;
  /** Whether it is known yet if this is production. */
  readonly isKnown: boolean;
  /** All clients, client, environment, host. */
  readonly crumbs: readonly Crumb[];
}

/** Asks while the component that calls it lives. */
export function hostPlace(host: () => string): HostPlace {
  const parts = $derived(host().split("/"));
  const environment = $derived(parts.slice(0, 2).join("/"));
  const card = query("client_show", () => (parts[0] ? { client: parts[0] } : null), { everyMilliseconds: 1000 });

  return {
    get client() {
      return parts[0] ?? "";
    },
    get production() {
      return card.answer?.environments.find((one) => one.path === environment)?.kind === "production";
    },
    get isKnown() {
      return card.answer !== undefined;
    },
    get crumbs() {
      return [
        { label: "All clients", href: addressOf("/fleet") },
        { label: card.answer?.client.name ?? parts[0] ?? "", href: addressOf(`/clients/${parts[0] ?? ""}`) },
        { label: parts[1] ?? "", href: addressOf("/fleet", { scope: environment }) },
        { label: parts[2] ?? "", href: addressOf(`/hosts/${host()}`) },
      ];
    },
  };
}
