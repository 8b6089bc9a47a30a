/** The transfers of this desk, looked at while something moves; fills the tray and tells how they end. */

import { backend } from "$backend/backend";
import { faultOf, type Fault } from "$backend/errors";
import type { HostPath, TransferView } from "$backend/generated/commands";
import { visibleText } from "$lib/visible";
import { addressOfFiles } from "$shell/host_actions";
import { notices } from "$shell/notices.svelte";
import { router } from "$shell/router.svelte";
import { transferTray } from "$shell/transfers.svelte";
import { parentOf } from "./paths";
import { endedSince, isUnderWay, progressInWords, titleOf, type Ended } from "./progress";

/** While something moves, and else when the workspace has changed. */
const movingMilliseconds = 500;
const changedMilliseconds = 2000;

class Transfers {
  /** The newest first. */
  all = $state.raw<readonly TransferView[]>([]);
  fault = $state.raw<Fault | null>(null);
  /** Counts the uploads that have come to their end, by host and folder: who shows that folder looks again. */
  arrived = $state.raw<{ host: HostPath; folder: string | null } | null>(null);
  /** What a browser still has to be given. */
  readonly #undelivered = new Map<string, { grant: string; name: string }>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lookedAt = -Infinity;

  /** Looks for as long as the window stands; once. */
  start(): void {
    backend.subscribe((event) => {
      if (event.event === "changed") this.#later(changedMilliseconds);
    });
    this.#later(0);
  }

  async upload(host: HostPath, folder: string, grant: string, replace: boolean): Promise<void> {
    await backend.call("transfer_upload", { host, folder, grant, replace });
    this.#later(0);
  }

  async download(host: HostPath, path: string, grant: string, name: string): Promise<void> {
    const { id } = await backend.call("transfer_download", { host, path, grant });
    if (backend.grants.deliver) this.#undelivered.set(id, { grant, name });
    this.#later(0);
  }

  /** Cancels, resumes or forgets one. */
  async act(command: "transfer_cancel" | "transfer_resume" | "transfer_forget", id: string): Promise<void> {
    try {
      await backend.call(command, { id });
    } catch (thrown) {
      notices.failed(thrown);
    }
    this.#later(0);
  }

  readonly look = async (): Promise<void> => {
    this.#timer = undefined;
    this.#lookedAt = performance.now();
    try {
      this.#take((await backend.call("transfer_list", {})).toReversed());
      this.fault = null;
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
    if (this.all.some(isUnderWay)) this.#later(movingMilliseconds);
  };

  #take(now: readonly TransferView[]): void {
    const ended = endedSince(this.all, now);
    this.all = now;
    transferTray.open = now
      .filter((transfer) => isUnderWay(transfer) || transfer.state === "interrupted")
      .map((transfer) => ({
        id: transfer.id,
        title: visibleText(titleOf(transfer)),
        href: addressOfTransfer(transfer),
        done: transfer.done,
        total: transfer.total,
        detail: progressInWords(transfer),
        stands: transfer.state === "interrupted",
      }));
    for (const one of ended) void this.#tell(one);
  }

  async #tell({ transfer, went }: Ended): Promise<void> {
    // On its own screen the panel says it.
    if (!router.path.startsWith("/files/")) tellElsewhere(transfer, went);
    if (went === "wrong") return;
    if (transfer.direction === "upload") {
      this.arrived = { host: transfer.host, folder: parentOf(transfer.host_path) };
    }
    const waiting = this.#undelivered.get(transfer.id);
    this.#undelivered.delete(transfer.id);
    if (!waiting) return;
    try {
      await backend.grants.deliver?.(waiting.grant, waiting.name);
    } catch (thrown) {
      notices.failed(thrown);
    }
  }

  /** The next look comes at the earliest so long after the last. */
  #later(milliseconds: number): void {
    if (milliseconds === 0) clearTimeout(this.#timer);
    else if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.look(), Math.max(0, this.#lookedAt + milliseconds - performance.now()));
  }
}

export const transfers = new Transfers();

function tellElsewhere(transfer: TransferView, went: Ended["went"]): void {
  const action = { label: "Show the folder", href: addressOfTransfer(transfer) };
  const title = visibleText(titleOf(transfer));
  if (went === "well") notices.succeeded(`${title}: done`, action);
  else
    notices.failed(transfer.error ?? { code: "link_lost", message: `${title}: it did not come to its end.` }, action);
}

function addressOfTransfer({ host, host_path }: TransferView): string {
  return addressOfFiles(host, parentOf(host_path));
}
