/** Hosts that were just taken up, on their way to being of use: their keys, the way to them, what they say of themselves. */

import { SvelteMap } from "svelte/reactivity";
import { backend } from "$backend/backend";
import { faultOf, type Fault } from "$backend/errors";
import type { CheckName, HostPath } from "$backend/generated/commands";
import { byCause, failureOf } from "./causes";
import { eachOf } from "./each";
import { HostKeys } from "./keys.svelte";

const atOnce = 8;

/** One question to every host. */
export class Round {
  running = $state(false);
  /** By host: null where all was well. */
  readonly answers = new SvelteMap<HostPath, { step: CheckName | null; fault: Fault } | null>();
  /** How many are asked in this round. */
  total = $state(0);
  readonly well = $derived([...this.answers.values()].filter((answer) => answer === null).length);
  readonly failures = $derived(
    [...this.answers].flatMap(([host, answer]) => (answer ? [{ host, step: answer.step, fault: answer.fault }] : [])),
  );
  readonly causes = $derived(byCause(this.failures));

  constructor(
    private readonly hosts: readonly HostPath[],
    private readonly ask: (host: HostPath) => Promise<{ step: CheckName | null; fault: Fault } | null>,
  ) {}

  /** Asks all hosts, or those that failed. */
  async run(which: "all" | "failed"): Promise<void> {
    if (this.running) return;
    const hosts = which === "all" ? this.hosts : this.failures.map(({ host }) => host);
    this.running = true;
    this.total = this.hosts.length;
    for (const host of hosts) this.answers.delete(host);
    await eachOf(hosts, atOnce, async (host) => {
      let answer: { step: CheckName | null; fault: Fault } | null;
      try {
        answer = await this.ask(host);
      } catch (thrown) {
        answer = { step: null, fault: faultOf(thrown) };
      }
      this.answers.set(host, answer);
    });
    this.running = false;
  }
}

export class Readiness {
  readonly keys: HostKeys;
  readonly check: Round;
  readonly facts: Round;

  constructor(readonly hosts: readonly HostPath[]) {
    this.keys = new HostKeys(hosts);
    this.check = new Round(hosts, async (host) => {
      const [check] = await backend.call("host_check", { kind: "hosts", hosts: [host] });
      return check ? failureOf(check) : null;
    });
    this.facts = new Round(hosts, async (host) => {
      const choice = { kind: "hosts" as const, hosts: [host] };
      // What a host says of itself is read; its package index stays as it is.
      const [facts] = await backend.call("facts_refresh", { hosts: choice, keep_index: true });
      return facts?.error ? { step: null, fault: facts.error } : null;
    });
  }
}
