/** Paths on hosts: text between slashes. Pure. */

export interface PathPart {
  label: string;
  path: string;
}

/** `/var/log` → `/`, `var`, `log`, each with where it leads. */
export function partsOf(path: string): PathPart[] {
  const names = path.split("/").filter((name) => name !== "");
  return [
    { label: "/", path: "/" },
    ...names.map((name, index) => ({ label: name, path: `/${names.slice(0, index + 1).join("/")}` })),
  ];
}

/** The folder above; null at the top. */
export function parentOf(path: string): string | null {
  return partsOf(path).at(-2)?.path ?? null;
}

export function nameOf(path: string): string {
  return partsOf(path).at(-1)?.label ?? "/";
}

export function joined(folder: string, name: string): string {
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

/** Why this cannot be the name of a file, or null if it can. The longest name of the usual file systems has 255 bytes. */
export function whyNoName(name: string): string | null {
  if (name === "") return "A name is missing.";
  if (name === "." || name === "..") return `“${name}” stands for a folder that is there already.`;
  if (name.includes("/")) return "A name holds no slash.";
  if (name.includes("\0")) return "A name holds no zero character.";
  return new TextEncoder().encode(name).length > 255 ? "This name is too long: 255 bytes are the most." : null;
}
