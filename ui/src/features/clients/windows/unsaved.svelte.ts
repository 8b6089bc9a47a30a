/** Rules that were typed and not saved, by environment: leaving the screen loses none of this session. */

import { SvelteMap } from "svelte/reactivity";

export const unsaved = new SvelteMap<string, string>();
