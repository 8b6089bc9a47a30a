import KeyRound from "@lucide/svelte/icons/key-round";
import Settings from "@lucide/svelte/icons/settings";
import type { Feature } from "$shell/feature";
import { addressOf, navigate } from "$shell/router.svelte";

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
    { path: "/settings/keys", title: "Keys and pins", icon: KeyRound, load: () => import("./Keys.svelte") },
  ],
  actions: () => [
    {
      id: "settings.keys",
      title: "Open keys and pins",
      keywords: "host key fingerprint trusted revoked known_hosts clones",
      icon: KeyRound,
      run: () => {
        navigate(addressOf("/settings/keys"));
      },
    },
  ],
};
