import Settings from "@lucide/svelte/icons/settings";
import type { Feature } from "$shell/feature";

export const feature: Feature = {
  screens: [
    {
      path: "/settings",
      title: "Settings",
      icon: Settings,
      railOrder: 60,
      key: "s",
      load: () => import("./Settings.svelte"),
    },
  ],
};
