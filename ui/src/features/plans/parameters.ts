/** What a form says of a value before the engine does. The engine's word is the last one. Pure. */

import type { ParameterView } from "$backend/generated/commands";
import { formatCount } from "$lib/format";

/** What is wrong with a value, or null. An empty one stands for the default. */
export function problemOf(parameter: ParameterView, value: string): string | null {
  const { kind } = parameter;
  if (kind.kind === "secret") return null;
  if (value === "") return parameter.required && parameter.default === null ? "Give a value." : null;
  switch (kind.kind) {
    case "text":
      return kind.pattern === null || matches(kind.pattern, value) ? null : `This does not match ${kind.pattern}`;
    case "integer":
      return integerProblem(value, kind.minimum, kind.maximum);
    case "choice":
      return kind.choices.includes(value) ? null : "Choose one of the list.";
    case "boolean":
      return value === "true" || value === "false" ? null : "Say yes or no.";
  }
}

/** The values to send: what was set, without secrets, without what is empty. */
export function valuesToSend(
  parameters: readonly ParameterView[],
  values: Record<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    parameters
      .filter((parameter) => parameter.kind.kind !== "secret")
      .map((parameter) => [parameter.name, values[parameter.name] ?? ""] as const)
      .filter(([, value]) => value !== ""),
  );
}

/** `-9007199254740993` and its like have no number here; limits of 64 bits are shown as no limit. */
export function rangeInWords(minimum: number, maximum: number): string | undefined {
  const low = Number.isSafeInteger(minimum) ? minimum : null;
  const high = Number.isSafeInteger(maximum) ? maximum : null;
  if (low !== null && high !== null) return `${formatCount(low)} to ${formatCount(high)}`;
  if (low !== null) return `At least ${formatCount(low)}`;
  return high === null ? undefined : `At most ${formatCount(high)}`;
}

function integerProblem(value: string, minimum: number, maximum: number): string | null {
  if (!/^[+-]?\d+$/.test(value.trim())) return "Give a whole number.";
  const number = Number(value);
  return number < minimum || number > maximum
    ? `Outside of its range: ${rangeInWords(minimum, maximum) ?? "64 bits"}.`
    : null;
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test(value);
  } catch {
    // The engine's patterns know some words that a browser's do not; then the engine alone decides.
    return true;
  }
}
