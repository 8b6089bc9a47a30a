import Plus from "@lucide/svelte/icons/plus";
import Server from "@lucide/svelte/icons/server";
import type { Feature } from "$shell/feature";
import { navigate } from "$shell/router.svelte";

export const feature: Feature = {
  screens: [
    { path: "/hosts/*host", title: "Host", icon: Server, under: "/fleet", load: () => import("./Host.svelte") },
    { path: "/hosts/new", title: "Add a host", icon: Server, under: "/fleet", load: () => import("./AddHost.svelte") },
  ],
  actions: () => [
    {
      id: "host.add",
      title: "Add a host…",
      keywords: "new server machine",
      icon: Plus,
      run: () => {
        navigate("/hosts/new");
      },
    },
  ],
};
