/** Texts that a policy can begin with. */

import atOnce from "./templates/at-once.toml?raw";
import careful from "./templates/careful.toml?raw";
import patchNight from "./templates/patch-night.toml?raw";

export const templates: readonly { title: string; text: string }[] = [
  { title: "Careful", text: careful },
  { title: "Patch night", text: patchNight },
  { title: "Everything at once", text: atOnce },
];
