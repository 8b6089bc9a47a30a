/** The keys that hosts show, beside those that somebody has vouched for. None is trusted that nobody has compared. */

import { SvelteMap } from "svelte/reactivity";
import { backend } from "$backend/backend";
import { faultOf, type Fault } from "$backend/errors";
import type { HostPath, KnownHostsFound, OfferedKey } from "$backend/generated/commands";
import { eachOf } from "./each";
import { fingerprintsIn, standingOf, type Standing } from "./trust";

const atOnce = 8;

export interface KeyRow {
  host: HostPath;
  /** null while nobody has looked, or when it could not be seen. */
  offered: OfferedKey | null;
  standing: Standing | null;
  fault: Fault | null;
}

export class HostKeys {
  running = $state<"looking" | "trusting" | null>(null);
  /** How many of this round are done, and of how many. */
  done = $state(0);
  total = $state(0);
  /** What could be said of each key by the machine itself. */
  known = $state.raw<KnownHostsFound | null>(null);
  /** What a person pasted to compare with. */
  list = $state("");
  fault = $state.raw<Fault | null>(null);
  readonly #offered = new SvelteMap<HostPath, OfferedKey | Fault>();

  readonly listed = $derived(fingerprintsIn(this.list));
  readonly rows = $derived.by((): KeyRow[] => {
    const known = new Map(this.known?.hosts.map((one) => [one.host, one]));
    return this.hosts.map((host) => {
      const seen = this.#offered.get(host);
      if (!seen) return { host, offered: null, standing: null, fault: null };
      if (!("fingerprint" in seen)) return { host, offered: null, standing: null, fault: seen };
      return { host, offered: seen, standing: standingOf(seen, known.get(host), this.listed), fault: null };
    });
  });
  readonly vouched = $derived(this.rows.filter(({ standing }) => standing === "known" || standing === "listed"));
  readonly trusted = $derived(this.rows.filter(({ standing }) => standing === "trusted").length);
  readonly looked = $derived(this.#offered.size > 0);

  constructor(private readonly hosts: readonly HostPath[]) {}

  /** Looks at the keys of hosts that are not trusted yet. Nobody logs in. */
  async look(): Promise<void> {
    if (this.running) return;
    this.fault = null;
    try {
      this.known = await backend.call("known_hosts_read", { hosts: [...this.hosts], file: null });
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
    const waiting = this.rows.filter(({ standing }) => standing !== "trusted").map(({ host }) => host);
    await this.#round("looking", waiting, (host) => this.#lookAt(host));
  }

  /** Trusts what somebody has vouched for, if the hosts still show it; then looks at those that are reached through them. */
  async trustVouched(): Promise<void> {
    const keys = this.vouched.flatMap(({ host, offered }) => (offered ? [{ host, offered }] : []));
    await this.#round("trusting", keys, ({ host, offered }) => this.#trust(host, offered));
    if (this.rows.some(({ fault }) => fault?.code === "host_key_unknown")) await this.look();
  }

  /** Trusts one key that a person has compared. */
  async trustOne(host: HostPath, offered: OfferedKey): Promise<void> {
    await this.#round("trusting", [host], () => this.#trust(host, offered));
  }

  async #round<Item>(
    what: "looking" | "trusting",
    items: readonly Item[],
    act: (item: Item) => Promise<void>,
  ): Promise<void> {
    if (this.running) return;
    this.running = what;
    [this.done, this.total] = [0, items.length];
    await eachOf(items, atOnce, async (item) => {
      await act(item);
      this.done += 1;
    });
    this.running = null;
  }

  async #trust(host: HostPath, offered: OfferedKey): Promise<void> {
    try {
      await backend.call("host_key_trust", { host, fingerprint: offered.fingerprint });
      await this.#lookAt(host);
    } catch (thrown) {
      this.#saw(host, faultOf(thrown));
    }
  }

  async #lookAt(host: HostPath): Promise<void> {
    try {
      this.#saw(host, await backend.call("host_key_offered", { host }));
    } catch (thrown) {
      this.#saw(host, faultOf(thrown));
    }
  }

  #saw(host: HostPath, seen: OfferedKey | Fault): void {
    this.#offered.set(host, seen);
  }
}
