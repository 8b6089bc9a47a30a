/** Sends files to a folder; those whose names are taken there wait for a person's word. */

import type { GrantedFile } from "$backend/backend";
import { BackendError } from "$backend/errors";
import type { HostPath } from "$backend/generated/commands";
import { notices } from "$shell/notices.svelte";
import { transfers } from "./transfers.svelte";

export interface Taken {
  host: HostPath;
  folder: string;
  files: readonly GrantedFile[];
}

export class Uploads {
  /** Names that are there already, and nobody has said yet whether they are replaced. */
  taken = $state.raw<Taken | null>(null);

  async send(host: HostPath, folder: string, files: readonly GrantedFile[]): Promise<void> {
    const taken: GrantedFile[] = [];
    for (const file of files) {
      try {
        await transfers.upload(host, folder, file.grant, false);
      } catch (thrown) {
        if (thrown instanceof BackendError && thrown.fault.code === "already_exists") taken.push(file);
        else notices.failed(thrown);
      }
    }
    if (taken.length > 0) this.taken = { host, folder, files: taken };
  }

  /** A person said that they are replaced. */
  async replace(): Promise<void> {
    for (const file of this.taken?.files ?? []) {
      if (this.taken) await transfers.upload(this.taken.host, this.taken.folder, file.grant, true);
    }
  }
}
