/** Every feature and its screens, found by their `screens.ts`: a screen that is not there has no place on the rail. */

import { matchPath } from "./address";
import type { Feature, Screen } from "./feature";

const modules = import.meta.glob<{ feature: Feature }>("../features/*/screens.ts", { eager: true });

export const features: readonly Feature[] = Object.values(modules).map((module) => module.feature);

export const screens: readonly Screen[] = features.flatMap((feature) => feature.screens);

/** The screens of the rail, from above. */
export const railScreens: readonly Screen[] = screens
  .filter((screen) => screen.railOrder !== undefined)
  .sort((a, b) => (a.railOrder ?? 0) - (b.railOrder ?? 0));

export interface FoundScreen {
  screen: Screen;
  parameters: Record<string, string>;
}

/** The screen of a path. One without parameters goes before one that has some. */
export function screenAt(path: string): FoundScreen | null {
  let found: FoundScreen | null = null;
  for (const screen of screens) {
    const parameters = matchPath(screen.path, path);
    if (parameters && (!found || Object.keys(parameters).length < Object.keys(found.parameters).length)) {
      found = { screen, parameters };
    }
  }
  return found;
}

/** The screen on the rail that a path belongs to. */
export function railScreenOf(path: string): Screen | undefined {
  const under = screenAt(path)?.screen.under;
  return railScreens.find(
    (screen) => screen.path === under || path === screen.path || path.startsWith(`${screen.path}/`),
  );
}
