import Folder from "@lucide/svelte/icons/folder";
import { backend } from "$backend/backend";
import type { Feature, Found } from "$shell/feature";
import { addressOfFiles } from "$shell/host_actions";
import { transfers } from "./transfers.svelte";

export const feature: Feature = {
  screens: [
    { path: "/files/*host", title: "Files", icon: Folder, under: "/fleet", load: () => import("./Files.svelte") },
  ],
  search: async (text) => {
    // Only on its word: a host that is looked for is offered with a terminal already.
    const wanted = /^(?:files|folder|sftp)(?: on| of)?\s+(.+)/i.exec(text)?.[1];
    if (wanted === undefined) return [];
    const hits = await backend.call("search", { text: wanted });
    return hits
      .filter((hit) => hit.kind === "host")
      .slice(0, 3)
      .map((hit): Found => ({
        id: `files:${hit.key}`,
        title: `Files on ${hit.key}`,
        icon: Folder,
        href: addressOfFiles(hit.key),
        isAction: true,
      }));
  },
  start: () => {
    transfers.start();
  },
};
