import { expect, it } from "vitest";
import type { RunbookView } from "$backend/generated/commands";
import { found, type Shelved } from "./library";

function shelved(name: string, title: string, more: Partial<RunbookView> | null): Shelved<RunbookView> {
  const view: RunbookView = {
    name,
    title,
    description: "",
    changes_host: false,
    systems: [],
    tags: [],
    symptoms: [],
    parameters: [],
    steps: [],
    ...more,
  };
  return { entry: { name, title, origin: "built in", symptoms: [], error: null }, view: more === null ? null : view };
}
const shelf = [
  shelved("collect-logs", "Extract of the logs", { symptoms: ["what happened"], tags: ["logs"] }),
  shelved("disk-usage", "What fills the disk", { symptoms: ["no space left on device"], tags: ["disk"] }),
  shelved("top-processes", "Busy processes", { description: "What takes the processor, the memory and the disk." }),
  shelved("own", "Not read yet", null),
];

it.each([
  ["", ["collect-logs", "disk-usage", "top-processes", "own"]],
  ["disk", ["disk-usage", "top-processes"]],
  ["space device", ["disk-usage"]],
  ["LOGS", ["collect-logs"]],
  ["not read", ["own"]],
  ["printer", []],
])("%j finds %j", (text, names) => {
  expect(found(shelf, text).map(({ entry }) => entry.name)).toEqual(names);
});
