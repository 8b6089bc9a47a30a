/** The folder that is shown. The host is asked when somebody goes there, acts, or asks again; not because something else changed. */

import { backend } from "$backend/backend";
import { faultOf, type Fault } from "$backend/errors";
import type { FilesPage, HostPath } from "$backend/generated/commands";

export class Listing {
  /** The newest answer; the one of before stands until the next is there. */
  page = $state.raw<FilesPage | null>(null);
  fault = $state.raw<Fault | null>(null);
  isLoading = $state(false);
  answeredAt = $state<string | null>(null);
  #wanted: string | null = null;
  #turn = 0;

  constructor(private readonly host: HostPath) {}

  /** Shows a folder; null is the account's home. */
  async show(path: string | null): Promise<void> {
    const turn = ++this.#turn;
    this.#wanted = path;
    this.isLoading = true;
    this.fault = null;
    try {
      const page = await backend.call("files_list", { host: this.host, path });
      if (turn !== this.#turn) return;
      this.page = page;
      this.answeredAt = new Date().toISOString();
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.fault = faultOf(thrown);
      this.page = null;
    }
    this.isLoading = false;
  }

  readonly refresh = (): Promise<void> => this.show(this.#wanted);
}
