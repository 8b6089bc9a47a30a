/** The columns of the sheet: what each says of a host, and what holds where its cell is empty. Pure. */

import type { ImportField, SudoMode } from "$backend/generated/commands";

export interface FieldLook {
  field: ImportField;
  title: string;
  width: number;
  /** Shown although no cell of it says anything. */
  always: boolean;
  /** The words that it takes, if it takes no others. */
  words?: readonly string[];
}

/** What holds for every row that does not say otherwise. */
export interface Defaults {
  environment: string;
  user: string;
  sudo: SudoMode;
}

export const fields: readonly FieldLook[] = [
  { field: "client", title: "Client", width: 116, always: true },
  { field: "environment", title: "Environment", width: 116, always: true },
  { field: "host", title: "Host", width: 168, always: true },
  { field: "address", title: "Address", width: 184, always: true },
  { field: "port", title: "Port", width: 72, always: true },
  { field: "user", title: "Account", width: 104, always: true },
  { field: "key", title: "Key file", width: 176, always: true },
  { field: "agent", title: "Agent", width: 96, always: false },
  { field: "ask_password", title: "Ask for password", width: 128, always: false, words: ["yes", "no"] },
  { field: "jumps", title: "Jump hosts", width: 144, always: true },
  { field: "sudo", title: "sudo", width: 96, always: true, words: ["none", "nopasswd", "ask"] },
  { field: "tags", title: "Tags", width: 128, always: true },
  { field: "time_zone", title: "Time zone", width: 128, always: true },
  { field: "production", title: "Production", width: 104, always: true, words: ["yes", "no"] },
  { field: "client_name", title: "Client’s name", width: 144, always: false },
];

export const titleOf: Readonly<Record<ImportField, string>> = Object.fromEntries(
  fields.map(({ field, title }) => [field, title]),
) as Record<ImportField, string>;

/** What an empty cell means. */
export function meantBy(field: ImportField, { environment, user, sudo }: Defaults): string {
  switch (field) {
    case "client":
      return environment.split("/")[0] ?? "";
    case "environment":
      return environment.split("/")[1] ?? "";
    case "port":
      return "22";
    case "user":
      return user;
    case "sudo":
      return sudo;
    default:
      return "";
  }
}
