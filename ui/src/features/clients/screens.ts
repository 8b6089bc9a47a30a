import Building2 from "@lucide/svelte/icons/building-2";
import CalendarClock from "@lucide/svelte/icons/calendar-clock";
import Plus from "@lucide/svelte/icons/plus";
import type { Feature } from "$shell/feature";
import { navigate } from "$shell/router.svelte";

export const feature: Feature = {
  screens: [
    {
      path: "/clients",
      title: "Clients",
      icon: Building2,
      railOrder: 25,
      key: "c",
      load: () => import("./Clients.svelte"),
    },
    { path: "/clients/:client", title: "Client", icon: Building2, load: () => import("./Client.svelte") },
    {
      path: "/clients/:client/windows/:environment",
      title: "Maintenance windows",
      icon: CalendarClock,
      load: () => import("./windows/Windows.svelte"),
    },
  ],
  actions: () => [
    {
      id: "client.add",
      title: "Add a client…",
      keywords: "new customer",
      icon: Plus,
      run: () => {
        navigate("/clients?add=client");
      },
    },
  ],
};
