/** The terminals of this window, in the order of their tabs. They stay when another screen comes. */

import { backend } from "$backend/backend";
import { faultOf, type Fault } from "$backend/errors";
import type { HostPath } from "$backend/generated/commands";
import { notices } from "$shell/notices.svelte";
import { terminalTray } from "$shell/terminals.svelte";
import { Session } from "./session.svelte";

class Terminals {
  all = $state.raw<readonly Session[]>([]);
  /** The one that is seen, or was seen last. */
  shown = $state.raw<Session | null>(null);
  /** Why those of before could not be found again. */
  fault = $state.raw<Fault | null>(null);
  #found: Promise<void> | null = null;

  /** Finds those that a page before this one has opened; once. */
  find(): Promise<void> {
    this.#found ??= this.#adopt();
    return this.#found;
  }

  byId(id: string | null): Session | undefined {
    return id === null ? undefined : this.all.find((session) => session.view?.id === id);
  }

  /** A new one on a host; its shell is opened when its screen stands. */
  open(host: HostPath): Session {
    const session = new Session(host);
    this.#set([...this.all, session]);
    this.shown = session;
    return session;
  }

  /** The one on this host that still has its shell, else a new one. */
  show(host: HostPath): Session {
    const open = this.all.find((session) => session.host === host && session.state.kind === "connected");
    if (!open) return this.open(host);
    this.shown = open;
    return open;
  }

  async close(session: Session): Promise<void> {
    const place = this.all.indexOf(session);
    this.#set(this.all.filter((other) => other !== session));
    if (this.shown === session) this.shown = this.all[place] ?? this.all[place - 1] ?? null;
    try {
      await session.close();
    } catch (thrown) {
      notices.failed(thrown);
    }
  }

  /** The one beside the shown, around the end. */
  beside(step: 1 | -1): Session | undefined {
    const place = this.shown ? this.all.indexOf(this.shown) : -1;
    return this.all[(place + step + this.all.length) % this.all.length];
  }

  #set(all: readonly Session[]): void {
    this.all = all;
    terminalTray.hosts = all.map((session) => session.host);
  }

  async #adopt(): Promise<void> {
    try {
      const known = await backend.call("terminal_list", {});
      const adopted = known.filter((view) => !this.byId(view.id)).map((view) => new Session(view.host, view));
      this.#set([...adopted, ...this.all]);
      this.shown ??= adopted.at(-1) ?? null;
      this.fault = null;
    } catch (thrown) {
      this.fault = faultOf(thrown);
      this.#found = null;
    }
  }
}

export const terminals = new Terminals();
