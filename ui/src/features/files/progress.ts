/** How a transfer is told. Pure. */

import type { TransferView } from "$backend/generated/commands";
import { formatBytes, formatDuration } from "$lib/format";

export const stateWords = {
  waiting: "Waiting",
  moving: "Moving",
  interrupted: "Interrupted",
  cancelled: "Cancelled",
  failed: "Failed",
  done: "Done",
} satisfies Record<TransferView["state"], string>;

export const isUnderWay = ({ state }: TransferView): boolean => state === "waiting" || state === "moving";

/** It has stopped before its end and can go on. */
export const canResume = ({ state }: TransferView): boolean =>
  state === "interrupted" || state === "cancelled" || state === "failed";

/** `12 MiB of 40 MiB`; of what is done, how much it is. */
export function sizeInWords({ state, done, total }: TransferView): string {
  return total === null || state === "done"
    ? formatBytes(total ?? done)
    : `${formatBytes(done)} of ${formatBytes(total)}`;
}

/** `12 MiB of 40 MiB · 1.2 MiB/s · 0:23 left`, or `Interrupted · 12 MiB of 40 MiB`. */
export function progressInWords(transfer: TransferView): string {
  const { state, bytes_per_second: rate } = transfer;
  const size = sizeInWords(transfer);
  if (state !== "moving") return `${stateWords[state]} · ${size}`;
  const left = secondsLeft(transfer);
  return [size, rate === null ? null : `${formatBytes(rate)}/s`, left === null ? null : `${formatDuration(left)} left`]
    .filter((part) => part !== null)
    .join(" · ");
}

export function secondsLeft({ done, total, bytes_per_second: rate }: TransferView): number | null {
  return total === null || rate === null || rate <= 0 ? null : Math.ceil((total - done) / rate);
}

/** `web.conf to acme/prod/web-1`. */
export function titleOf({ direction, name, host }: TransferView): string {
  return `${name} ${direction === "upload" ? "to" : "from"} ${host}`;
}

export interface Ended {
  transfer: TransferView;
  went: "well" | "wrong";
}

/** What has ended between two looks by itself: that somebody has cancelled it, they know. */
export function endedSince(before: readonly TransferView[], now: readonly TransferView[]): Ended[] {
  const underWay = new Set(before.filter(isUnderWay).map((transfer) => transfer.id));
  return now
    .filter((transfer) => underWay.has(transfer.id))
    .flatMap((transfer): Ended[] => {
      if (transfer.state === "done") return [{ transfer, went: "well" }];
      return transfer.state === "failed" || transfer.state === "interrupted" ? [{ transfer, went: "wrong" }] : [];
    });
}
