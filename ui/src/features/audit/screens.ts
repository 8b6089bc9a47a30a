import ScrollText from "@lucide/svelte/icons/scroll-text";
import type { Feature } from "$shell/feature";

export const feature: Feature = {
  screens: [
    { path: "/audit", title: "Audit", icon: ScrollText, railOrder: 50, key: "a", load: () => import("./Audit.svelte") },
  ],
};
