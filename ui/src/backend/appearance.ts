/** What there is to say of one kind of failure. */

/** `failed`: it was tried. `refused`: a rule said no before anything was touched. `defect`: Millwright is wrong. */
export type Severity = "failed" | "refused" | "defect";

/** A place of the window; `{host}` stands for the host's full name. */
export interface Place {
  label: string;
  address: string;
}

export interface Appearance {
  title: string;
  severity: Severity;
  /** What to do next when the engine did not say, or said it for the command line. */
  next: string;
  /** Where in the window that is done. */
  place?: Place | undefined;
}

export const failed = (title: string, next: string, place?: Place): Appearance => ({
  title,
  severity: "failed",
  next,
  place,
});
export const refused = (title: string, next: string, place?: Place): Appearance => ({
  title,
  severity: "refused",
  next,
  place,
});
