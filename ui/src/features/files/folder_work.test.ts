import { expect, test } from "vitest";
import type { FileEntry } from "$backend/generated/commands";
import { selectAll, selectSome } from "$lib/table/selection";
import { FolderWork } from "./folder_work.svelte";

function entry(name: string, path: string | null = `/x/${name}`): FileEntry {
  return {
    name,
    path,
    kind: "file",
    size: 1,
    modified_at: null,
    mode: null,
    owner: null,
    group: null,
    link_to: null,
  };
}

test("all that is chosen is all that is shown: a hidden file is never deleted unseen", () => {
  let withHidden = false;
  const work = new FolderWork("acme/prod/web-1", () => withHidden);
  work.listing.page = { path: "/x", entries: [entry(".env"), entry("a"), entry("b")], cut: false };
  work.selection = selectAll();
  expect(work.chosen.map(({ name }) => name)).toEqual(["a", "b"]);
  work.selection = selectSome(["/x/.env", "/x/a"]);
  expect(work.chosen.map(({ name }) => name)).toEqual(["a"]);
  withHidden = true;
  const other = new FolderWork("acme/prod/web-1", () => withHidden);
  other.listing.page = work.listing.page;
  other.selection = selectAll();
  expect(other.chosen).toHaveLength(3);
});

test("with one entry among them that cannot be named, nothing is asked and nothing deleted", () => {
  const work = new FolderWork("acme/prod/web-1", () => true);
  work.wish("delete", [entry("a"), entry("caf\ufffd", null)]);
  expect(work.deleting).toBeNull();
  work.wish("rename", [entry("caf\ufffd", null)]);
  expect(work.renaming).toBeNull();
  work.wish("delete", [entry("a")]);
  expect(work.deleting?.map(({ name }) => name)).toEqual(["a"]);
});
