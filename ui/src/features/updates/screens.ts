import CircleArrowUp from "@lucide/svelte/icons/circle-arrow-up";
import type { Feature } from "$shell/feature";
import { addressOf, navigate } from "$shell/router.svelte";
import { updates, updatesPath } from "./updates.svelte";

const open = (): void => {
  navigate(addressOf(updatesPath));
};

export const feature: Feature = {
  screens: [{ path: updatesPath, title: "Updates", icon: CircleArrowUp, load: () => import("./Updates.svelte") }],
  actions: () => [
    {
      id: "updates.open",
      title: "Open updates of Millwright",
      keywords: "version release channel beta stable upgrade about",
      icon: CircleArrowUp,
      run: open,
    },
    ...(updates.view?.off === null
      ? [
          {
            id: "updates.check",
            title: "Check for updates of Millwright",
            keywords: "new version release upgrade",
            icon: CircleArrowUp,
            run: () => {
              open();
              void updates.check();
            },
          },
        ]
      : []),
  ],
  start: () => {
    updates.start();
  },
};
