/** Millwright's own updates as the engine tells them, for as long as the window stands; fills the shell's line and band. */

import { backend } from "$backend/backend";
import { faultOf, type Fault } from "$backend/errors";
import type { Commands, UpdatesView } from "$backend/generated/commands";
import { notices } from "$shell/notices.svelte";
import { addressOf, router } from "$shell/router.svelte";
import { updateNotes } from "$shell/updates.svelte";
import { lineOf, type Channel, type UpdateWhen } from "./words";

export const updatesPath = "/settings/updates";

/** The engine tells of each piece that it fetches. */
const everyMilliseconds = 200;

export type Act = "check" | "choose" | "install" | "leave";
type ActCommand = "updates_check" | "updates_choose" | "updates_install" | "updates_leave";

/** What a person can do about updates, and how that goes. */
export interface Acts {
  /** What is being asked of the engine. */
  readonly busy: Act | null;
  /** What the engine refused last. */
  readonly refused: { act: Act; fault: Fault } | null;
  check(): Promise<void>;
  choose(channel: Channel): Promise<void>;
  install(version: string, when: UpdateWhen): Promise<void>;
  leave(): Promise<void>;
}

class Updates implements Acts {
  view = $state.raw<UpdatesView | null>(null);
  /** Why there is no newer view. */
  fault = $state.raw<Fault | null>(null);
  busy = $state<Act | null>(null);
  refused = $state.raw<{ act: Act; fault: Fault } | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lookedAt = -Infinity;
  /** An answer to an older question must not replace a newer one. */
  #turn = 0;

  /** Looks for as long as the window stands; once. */
  start(): void {
    backend.subscribe((event) => {
      // Version 0 comes after a break: nobody knows what was missed.
      if (event.event === "updates" || (event.event === "changed" && event.version === 0)) this.#soon();
    });
    void this.look();
  }

  readonly look = async (): Promise<void> => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lookedAt = performance.now();
    const mine = ++this.#turn;
    try {
      const view = await backend.call("updates_show", {});
      if (mine === this.#turn) this.#take(view);
    } catch (thrown) {
      if (mine === this.#turn) this.fault = faultOf(thrown);
    }
  };

  async check(): Promise<void> {
    await this.#act("check", "updates_check", {});
    // What the server answered stands in the view, with its time: it is not said twice.
    if (this.refused?.act === "check" && this.view?.check_fault) this.refused = null;
  }

  /** What the other channel has is asked at once: it is why one chooses. */
  async choose(channel: Channel): Promise<void> {
    if (await this.#act("choose", "updates_choose", { channel })) await this.check();
  }

  async install(version: string, when: UpdateWhen): Promise<void> {
    await this.#act("install", "updates_install", { version, when });
  }

  async leave(): Promise<void> {
    await this.#act("leave", "updates_leave", {});
  }

  readonly seen = async (): Promise<void> => {
    try {
      this.#take(await backend.call("updates_seen", {}));
    } catch (thrown) {
      notices.failed(thrown);
    }
  };

  async #act<C extends ActCommand>(act: Act, command: C, args: Commands[C]["arguments"]): Promise<boolean> {
    this.busy = act;
    this.refused = null;
    try {
      await backend.call(command, args);
    } catch (thrown) {
      this.refused = { act, fault: faultOf(thrown) };
    }
    await this.look();
    this.busy = null;
    return this.refused === null;
  }

  #take(view: UpdatesView): void {
    const before = this.view?.phase.kind;
    this.view = view;
    this.fault = null;
    const line = lineOf(view);
    updateNotes.line = line && { ...line, href: addressOf(updatesPath) };
    updateNotes.justUpdated = view.restarted && { ...view.restarted, seen: () => void this.seen() };
    // It may have waited for hours: whoever works elsewhere is told that nothing came of it.
    if (view.phase.kind === "failed" && before !== undefined && before !== "failed" && router.path !== updatesPath) {
      notices.failed(view.phase.fault, { label: "Open updates", href: addressOf(updatesPath) });
    }
  }

  #soon(): void {
    this.#timer ??= setTimeout(
      () => void this.look(),
      Math.max(0, this.#lookedAt + everyMilliseconds - performance.now()),
    );
  }
}

export const updates = new Updates();
