/** Files of a browser: the development server keeps them in its own temporary files. */

import type { GrantedFile, Grants } from "./backend";

type Ask = (address: string, init?: RequestInit) => Promise<Response>;

export function httpGrants(ask: Ask): Grants {
  async function granted(address: string, name: string, body: Blob | null): Promise<GrantedFile> {
    const response = await ask(`${address}?name=${encodeURIComponent(name)}`, { method: "POST", body });
    return (await response.json()) as GrantedFile;
  }

  const taken = (files: readonly File[]): Promise<GrantedFile[]> =>
    Promise.all(files.map((file) => granted("/uploads", file.name, file)));

  return {
    uploads: async () => taken(await pickedFiles()),
    download: (name) => granted("/downloads", name, null),
    dropped: taken,
    deliver: async (grant, name) => {
      const response = await ask(`/downloads/${grant}`);
      handOver(await response.blob(), name);
    },
  };
}

function pickedFiles(): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.addEventListener("change", () => {
      resolve([...(input.files ?? [])]);
    });
    input.addEventListener("cancel", () => {
      resolve([]);
    });
    input.click();
  });
}

function handOver(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 60_000);
}
