import SquareTerminal from "@lucide/svelte/icons/square-terminal";
import { backend } from "$backend/backend";
import type { Feature, Found } from "$shell/feature";
import { addressOfTerminal } from "$shell/host_actions";
import { navigate } from "$shell/router.svelte";
import { notices } from "$shell/notices.svelte";

/** So many hosts that a search finds are offered with a terminal. */
const offered = 3;

export const feature: Feature = {
  screens: [
    {
      path: "/terminal",
      title: "Terminal",
      icon: SquareTerminal,
      under: "/fleet",
      load: () => import("./Terminal.svelte"),
    },
    {
      path: "/terminal/*host",
      title: "Terminal",
      icon: SquareTerminal,
      under: "/fleet",
      load: () => import("./Terminal.svelte"),
    },
  ],
  actions: () => [
    {
      id: "terminal",
      title: "Show the terminals",
      keywords: "ssh shell console",
      icon: SquareTerminal,
      run: () => {
        navigate("/terminal");
      },
    },
  ],
  search: async (text) => {
    const wanted = text.replace(/^(terminal|ssh|shell)( on)?\s+/i, "");
    const hits = (await backend.call("search", { text: wanted })).filter((hit) => hit.kind === "host");
    return hits.slice(0, offered).map((hit): Found => ({
      id: `terminal:${hit.key}`,
      title: `Terminal on ${hit.key}`,
      icon: SquareTerminal,
      href: addressOfTerminal(hit.key),
      isAction: true,
    }));
  },
  start: () => {
    void findAgain();
  },
};

/** A shell that a page before this one has opened goes on only when somebody takes what it prints. */
async function findAgain(): Promise<void> {
  try {
    const known = await backend.call("terminal_list", {});
    if (known.length > 0) await (await import("./terminals.svelte")).terminals.find();
  } catch (thrown) {
    notices.failed(thrown);
  }
}
