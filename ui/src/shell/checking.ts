/** Walks the way to hosts and tells, in one message, whether they are reached. */

import type { HostCheck, HostChoice } from "$backend/generated/commands";
import { formatCount, plural } from "$lib/format";
import type { Wait } from "$lib/wait.svelte";
import { addressOfHost, hostQuestions } from "./host_actions";
import { notices, type NoticeAction } from "./notices.svelte";

interface Afterwards {
  /** Where the hosts stand that did not pass. */
  unreached: string;
  /** What can be done when all of them passed. */
  reached?: NoticeAction;
}

export async function checkAndTell(hosts: HostChoice, wait: Wait, afterwards: Afterwards): Promise<void> {
  const checks = await hostQuestions.check(hosts, wait);
  if (checks) tellChecks(checks, afterwards);
}

/** One message for all of them; what did not pass is never told as a success. */
export function tellChecks(checks: readonly HostCheck[], { unreached, reached }: Afterwards): void {
  const failed = checks.flatMap(({ host, steps }) => {
    const step = steps.find((one) => one.result === "failed");
    return step?.result === "failed" ? [{ host, error: step.error }] : [];
  });
  const [first] = failed;
  const only = checks.length === 1 ? checks[0]?.host : undefined;
  if (!first) {
    notices.succeeded(
      only === undefined ? `All ${plural(checks.length, "host")} are reached` : `${only} is reached`,
      reached,
    );
    return;
  }
  const message =
    only === undefined
      ? `${formatCount(failed.length)} of ${plural(checks.length, "host")} did not pass. The first: ${first.host}: ${first.error.message}`
      : `${only}: ${first.error.message}`;
  notices.failed(
    { ...first.error, message },
    only === undefined
      ? { label: "Show them", href: unreached }
      : { label: "Open the host", href: addressOfHost(only, "connection") },
  );
}
