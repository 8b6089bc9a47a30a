/** A question to the engine that stays answered: it is asked again when its arguments or the workspace change. */

import { backend } from "./backend";
import { faultOf, type Fault } from "./errors";
import type { Commands } from "./generated/commands";

export interface Query<Answer> {
  /** The newest answer; an older one stays while a newer is on its way. */
  readonly answer: Answer | undefined;
  /** Why there is no newer answer. */
  readonly fault: Fault | null;
  /** No answer has come yet. */
  readonly loading: boolean;
  /** When the answer came. */
  readonly answeredAt: string | null;
  refresh: () => void;
}

/**
 * Asks while the component that calls it lives. `args` is reactive; null asks nothing.
 * Heavy views give `everyMilliseconds: 1000`: changes come up to ten times a second. With other arguments the old answer
 * goes at once, because it is about something else; a list that only sorts or filters may keep it (`keepAnswer`) until the
 * new one comes or fails.
 */
export function query<C extends keyof Commands>(
  command: C,
  args: () => Commands[C]["arguments"] | null,
  options: { everyMilliseconds?: number; keepAnswer?: boolean } = {},
): Query<Commands[C]["answer"]> {
  const everyMilliseconds = options.everyMilliseconds ?? 100;
  let answer = $state.raw<Commands[C]["answer"] | undefined>(undefined);
  let fault = $state.raw<Fault | null>(null);
  let answeredAt = $state<string | null>(null);
  let asked: Commands[C]["arguments"] | null = null;
  /** What was asked, and what the answer answers: an old answer stands beside a failure only if it is about the same. */
  let key = "";
  let answeredKey = "";
  let turn = 0;
  let busy = false;
  let again = false;
  let askedAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function ask(): Promise<void> {
    const mine = ++turn;
    busy = false;
    if (asked === null) return;
    busy = true;
    again = false;
    askedAt = performance.now();
    try {
      const newest = await backend.call(command, asked);
      if (mine !== turn) return;
      answer = newest;
      answeredKey = key;
      fault = null;
      answeredAt = new Date().toISOString();
    } catch (thrown) {
      if (mine !== turn) return;
      if (answeredKey !== key) answer = undefined;
      fault = faultOf(thrown);
    }
    busy = false;
    if (again) later();
  }

  /** At most one question is under way and at most one waits. */
  function later(): void {
    if (busy) {
      again = true;
      return;
    }
    timer ??= setTimeout(
      () => {
        timer = undefined;
        void ask();
      },
      Math.max(0, askedAt + everyMilliseconds - performance.now()),
    );
  }

  $effect(() => {
    asked = args();
    const newKey = JSON.stringify(asked);
    if (newKey === key) return;
    key = newKey;
    fault = null;
    if (options.keepAnswer !== true) answer = undefined;
    void ask();
  });

  $effect(() => {
    const unsubscribe = backend.subscribe((event) => {
      if (event.event === "changed") later();
    });
    return () => {
      unsubscribe();
      clearTimeout(timer);
      turn += 1;
    };
  });

  return {
    get answer() {
      return answer;
    },
    get fault() {
      return fault;
    },
    get loading() {
      return answer === undefined && fault === null;
    },
    get answeredAt() {
      return answeredAt;
    },
    refresh: later,
  };
}
