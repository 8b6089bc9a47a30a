/** What is done in the folder that is shown: open, rename, delete, fetch, send. Each tells how it went, and looks again. */

import { backend, type GrantedFile } from "$backend/backend";
import type { FileEntry, HostPath } from "$backend/generated/commands";
import { plural } from "$lib/format";
import { emptySelection, isSelected, selectSome, type Selection } from "$lib/table/selection";
import { visibleText } from "$lib/visible";
import { notices } from "$shell/notices.svelte";
import { keysOf, shownEntries, whyUntouchable } from "./entries";
import { Listing } from "./listing.svelte";
import { joined } from "./paths";
import { transfers } from "./transfers.svelte";
import { Uploads } from "./uploads.svelte";

export class FolderWork {
  readonly listing: Listing;
  readonly uploads = new Uploads();
  selection = $state.raw<Selection>(emptySelection());
  /** The entry whose name is being changed. */
  renaming = $state.raw<FileEntry | null>(null);
  /** What is about to be deleted, when a person has said so. */
  deleting = $state.raw<readonly FileEntry[] | null>(null);
  readonly entries = $derived.by((): readonly FileEntry[] => this.listing.page?.entries ?? []);
  readonly folder = $derived.by((): string | null => this.listing.page?.path ?? null);
  readonly #keys = $derived.by(() => keysOf(this.entries));
  readonly shown = $derived.by(() => shownEntries(this.entries, this.withHidden()));
  /** What is not shown is never meant, not even by "all". */
  readonly chosen = $derived.by(() => this.shown.filter((entry) => isSelected(this.selection, this.keyOf(entry))));

  constructor(
    private readonly host: HostPath,
    private readonly withHidden: () => boolean,
  ) {
    this.listing = new Listing(host);
  }

  readonly keyOf = (entry: FileEntry): string => this.#keys.get(entry) ?? entry.name;

  /** Shows a folder, with nothing chosen in it. */
  async show(path: string | null): Promise<void> {
    await this.listing.show(path);
    this.selection = emptySelection();
    this.renaming = null;
  }

  async refresh(): Promise<void> {
    await this.listing.refresh();
    this.renaming = null;
  }

  /** Whether an entry leads to a folder; of a link only the host knows. */
  async leadsToFolder({ kind, path }: FileEntry): Promise<boolean> {
    if (kind !== "link" || path === null) return kind === "folder";
    return backend.call("files_list", { host: this.host, path }).then(
      () => true,
      () => false,
    );
  }

  choose(entry: FileEntry): void {
    this.selection = selectSome([this.keyOf(entry)]);
  }

  /** Somebody wants to rename the first of these, or delete all of them. */
  wish(what: "rename" | "delete", entries: readonly FileEntry[]): void {
    const untouchable = entries.find((entry) => entry.path === null);
    if (untouchable) {
      const message = `${visibleText(untouchable.name)} cannot be touched here.`;
      notices.failed({ code: "unsupported", message, hint: whyUntouchable(untouchable) });
    } else if (what === "rename") this.renaming = entries[0] ?? null;
    else if (entries.length > 0) this.deleting = entries;
  }

  /** Ends the change of a name; answers the name that stands then, or null if this was no longer being changed. */
  async rename(entry: FileEntry, name: string | null): Promise<string | null> {
    // A field that goes away loses the focus and says so once more.
    if (this.renaming !== entry) return null;
    this.renaming = null;
    if (name === null || entry.path === null || this.folder === null) return entry.name;
    try {
      await backend.call("files_rename", { host: this.host, from: entry.path, to: joined(this.folder, name) });
    } catch (thrown) {
      notices.failed(thrown);
      return entry.name;
    }
    await this.refresh();
    return name;
  }

  /** One after the other: what is deleted stays so when a later one fails, and the table shows it. */
  async remove(): Promise<void> {
    const entries = this.deleting ?? [];
    try {
      for (const { path } of entries) if (path !== null) await backend.call("files_delete", { host: this.host, path });
      const [first] = entries;
      const what = entries.length === 1 && first ? visibleText(first.name) : plural(entries.length, "entry", "entries");
      notices.succeeded(`${what} deleted`);
    } finally {
      this.selection = emptySelection();
      await this.refresh();
    }
  }

  async download(): Promise<void> {
    try {
      for (const { path, name } of this.chosen) {
        const granted = path === null ? null : await backend.grants.download(name);
        if (path === null || !granted) return;
        await transfers.download(this.host, path, granted.grant, name);
      }
    } catch (thrown) {
      notices.failed(thrown);
    }
  }

  async pickAndUpload(): Promise<void> {
    const { folder } = this;
    if (folder === null) return;
    try {
      await this.uploads.send(this.host, folder, await backend.grants.uploads());
    } catch (thrown) {
      notices.failed(thrown);
    }
  }

  async upload(files: readonly GrantedFile[]): Promise<void> {
    if (this.folder !== null) await this.uploads.send(this.host, this.folder, files);
  }
}
