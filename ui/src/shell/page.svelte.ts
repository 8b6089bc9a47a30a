/** What the screen that stands says about itself: where it is, how old its data is, whether it is production. */

export interface Crumb {
  label: string;
  href?: string;
}

export interface PageDescription {
  crumbs?: readonly Crumb[];
  /** How old what is shown is: the oldest time that counts. */
  observedAt?: string | null;
  /** Whose production and how many, if what is shown is production. */
  production?: string | null;
}

const nothing: PageDescription = {};

let description = $state.raw<PageDescription>(nothing);

export const page = {
  get description(): PageDescription {
    return description;
  },
};

/** Whose description stands. Not reactive: a teardown would be told the state as it was before the next screen came. */
let newest = nothing;

/** Describes the screen for as long as it stands. Call it once while the screen's component starts. */
export function describePage(describe: () => PageDescription): void {
  $effect.pre(() => {
    const mine = describe();
    newest = mine;
    description = mine;
    return () => {
      if (newest === mine) description = nothing;
    };
  });
}
