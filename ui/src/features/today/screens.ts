import Sunrise from "@lucide/svelte/icons/sunrise";
import type { Feature } from "$shell/feature";

export const feature: Feature = {
  screens: [
    { path: "/today", title: "Today", icon: Sunrise, railOrder: 10, key: "t", load: () => import("./Today.svelte") },
  ],
};
