import KeyRound from "@lucide/svelte/icons/key-round";
import Route from "@lucide/svelte/icons/route";
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
    {
      path: "/settings/policies",
      title: "Policies",
      icon: Route,
      load: () => import("./policies/Policies.svelte"),
    },
    {
      path: "/settings/policies/workspace",
      title: "Policy of the workspace",
      icon: Route,
      load: () => import("./policies/PolicyEditor.svelte"),
    },
    {
      path: "/settings/policies/clients/:client",
      title: "Policy of a client",
      icon: Route,
      load: () => import("./policies/PolicyEditor.svelte"),
    },
  ],
  actions: () => [
    {
      id: "settings.policies",
      title: "Open policies",
      keywords: "waves canary gate soak restart rollout quorum",
      icon: Route,
      run: () => {
        navigate(addressOf("/settings/policies"));
      },
    },
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
