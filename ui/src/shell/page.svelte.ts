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

let description = $state.raw<PageDescription>({});

export const page = {
  get description(): PageDescription {
    return description;
  },
};

/** Describes the screen for as long as it stands. Call it once while the screen's component starts. */
export function describePage(describe: () => PageDescription): void {
  $effect.pre(() => {
    const mine = describe();
    description = mine;
    return () => {
      if (description === mine) description = {};
    };
  });
}
