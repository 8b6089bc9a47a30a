import BookOpen from "@lucide/svelte/icons/book-open";
import Package from "@lucide/svelte/icons/package";
import type { Feature } from "$shell/feature";

export const feature: Feature = {
  screens: [
    {
      path: "/runbooks",
      title: "Runbooks",
      icon: BookOpen,
      railOrder: 40,
      key: "b",
      load: () => import("./Runbooks.svelte"),
    },
    { path: "/runbooks/:name", title: "Runbook", icon: BookOpen, load: () => import("./Runbooks.svelte") },
    { path: "/runbooks/recipe/:name", title: "Recipe", icon: Package, load: () => import("./Runbooks.svelte") },
  ],
};
