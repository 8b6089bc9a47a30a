import Activity from "@lucide/svelte/icons/activity";
import ScrollText from "@lucide/svelte/icons/scroll-text";
import type { Feature } from "$shell/feature";
import { followRuns } from "./tray";

export const feature: Feature = {
  screens: [
    { path: "/runs", title: "Runs", icon: Activity, railOrder: 30, key: "r", load: () => import("./Runs.svelte") },
    { path: "/runs/:id", title: "Run", icon: Activity, load: () => import("./Run.svelte") },
    { path: "/runs/:id/log/*host", title: "Log", icon: ScrollText, load: () => import("./log/Log.svelte") },
  ],
  start: followRuns,
};
