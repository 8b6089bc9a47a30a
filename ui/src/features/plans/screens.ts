import CalendarClock from "@lucide/svelte/icons/calendar-clock";
import ClipboardList from "@lucide/svelte/icons/clipboard-list";
import GitCompare from "@lucide/svelte/icons/git-compare";
import PackagePlus from "@lucide/svelte/icons/package-plus";
import ShieldCheck from "@lucide/svelte/icons/shield-check";
import SquareTerminal from "@lucide/svelte/icons/square-terminal";
import BookOpen from "@lucide/svelte/icons/book-open";
import type { Feature } from "$shell/feature";
import { addressOf, navigate } from "$shell/router.svelte";

const open = (action: string) => (): void => {
  navigate(addressOf("/plan", { action }));
};

export const feature: Feature = {
  screens: [
    { path: "/plan", title: "Plan", icon: ClipboardList, under: "/runs", load: () => import("./Plan.svelte") },
    { path: "/plans", title: "Plans", icon: ClipboardList, under: "/runs", load: () => import("./Plans.svelte") },
    {
      path: "/plans/:id",
      title: "Plan",
      icon: ClipboardList,
      under: "/runs",
      load: () => import("./KeptPlan.svelte"),
    },
    {
      path: "/plans/:earlier/with/:later",
      title: "Comparison",
      icon: GitCompare,
      under: "/runs",
      load: () => import("./Comparison.svelte"),
    },
    {
      path: "/schedule",
      title: "Scheduled plans",
      icon: CalendarClock,
      under: "/runs",
      load: () => import("./Scheduled.svelte"),
    },
  ],
  actions: () => [
    {
      id: "plans",
      title: "Open the plans",
      keywords: "approve approval waiting",
      icon: ClipboardList,
      run: () => {
        navigate(addressOf("/plans"));
      },
    },
    {
      id: "plans.scheduled",
      title: "Open the scheduled plans",
      keywords: "schedule tonight begin later",
      icon: CalendarClock,
      run: () => {
        navigate(addressOf("/schedule"));
      },
    },
    {
      id: "plan.patch",
      title: "Plan updates…",
      keywords: "patch upgrade security",
      icon: ShieldCheck,
      run: open("patch"),
    },
    {
      id: "plan.exec",
      title: "Plan a command…",
      keywords: "exec shell script run",
      icon: SquareTerminal,
      run: open("exec"),
    },
    {
      id: "plan.runbook",
      title: "Plan a runbook…",
      keywords: "support procedure",
      icon: BookOpen,
      run: open("runbook"),
    },
    {
      id: "plan.install",
      title: "Plan an installation…",
      keywords: "install product recipe",
      icon: PackagePlus,
      run: open("install"),
    },
  ],
};
