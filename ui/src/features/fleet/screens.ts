import { backend } from "$backend/backend";
import type { SearchHit } from "$backend/generated/commands";
import { addressOf, navigate } from "$shell/router.svelte";
import type { Feature, Found } from "$shell/feature";
import type { Icon } from "$lib/types";
import BookOpen from "@lucide/svelte/icons/book-open";
import Building2 from "@lucide/svelte/icons/building-2";
import ListChecks from "@lucide/svelte/icons/list-checks";
import Package from "@lucide/svelte/icons/package";
import Play from "@lucide/svelte/icons/play";
import Server from "@lucide/svelte/icons/server";

export const feature: Feature = {
  screens: [
    { path: "/fleet", title: "Fleet", icon: Server, railOrder: 20, key: "f", load: () => import("./Fleet.svelte") },
  ],
  actions: () => [
    {
      id: "fleet.security",
      title: "Show hosts with security updates",
      keywords: "patch cve",
      icon: ListChecks,
      run: () => {
        navigate(addressOf("/fleet", { needs: "security_updates", sort: "-security_updates" }));
      },
    },
    {
      id: "fleet.reboot",
      title: "Show hosts that need a restart",
      keywords: "reboot",
      icon: ListChecks,
      run: () => {
        navigate(addressOf("/fleet", { needs: "reboot" }));
      },
    },
  ],
  search: async (text) => (await backend.call("search", { text })).map(found),
};

const places: Record<SearchHit["kind"], { path: string; icon: Icon; word: string }> = {
  client: { path: "/clients", icon: Building2, word: "Client" },
  host: { path: "/hosts", icon: Server, word: "Host" },
  runbook: { path: "/runbooks", icon: BookOpen, word: "Runbook" },
  recipe: { path: "/runbooks/recipe", icon: Package, word: "Recipe" },
  run: { path: "/runs", icon: Play, word: "Run" },
};

function found(hit: SearchHit): Found {
  const { path, icon, word } = places[hit.kind];
  const detail = hit.detail === "" ? word : `${word} · ${hit.detail}`;
  return { id: `${hit.kind}:${hit.key}`, title: hit.title, detail, icon, href: addressOf(`${path}/${hit.key}`) };
}
