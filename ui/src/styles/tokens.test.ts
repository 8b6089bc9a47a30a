import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const css = readFileSync("src/styles/tokens.css", "utf8");
const light = blockAfter(":root {");
const bySystem = blockAfter(':root:not([data-theme="light"]) {');
const byChoice = blockAfter(':root[data-theme="dark"] {');

function blockAfter(start: string): Map<string, string> {
  const from = css.indexOf(start) + start.length;
  const body = css.slice(from, css.indexOf("}", from));
  return new Map(Array.from(body.matchAll(/(--[\w-]+):\s*([^;]+);/g), (match) => [match[1] ?? "", match[2] ?? ""]));
}

test("the dark theme is the same whether the system or the technician chose it", () => {
  const flat = (block: Map<string, string>): string[] =>
    [...block].map((entry) => entry.join(" ").replace(/\s+/g, " "));
  expect(flat(byChoice)).toEqual(flat(bySystem));
  expect(byChoice.size).toBeGreaterThan(30);
});

const texts = ["--text", "--text-muted", "--text-faint", "--accent-text"];
const statuses = [...light.keys()].filter((name) => name.startsWith("--status-") && name !== "--status-tint");
const grounds = ["--canvas", "--surface", "--surface-sunken", "--surface-raised", "--hover", "--selected"];
const terminalHues = [...light.keys()].filter((name) =>
  /^--terminal-(bright-)?(red|green|yellow|blue|magenta|cyan)$/.test(name),
);
const pairs = [
  ...[...texts, ...statuses].flatMap((front) => grounds.map((back) => [front, back, 4.5] as const)),
  ...["--text", "--text-muted"].map((front) => [front, "--pressed", 4.5] as const),
  ["--on-accent", "--accent", 4.5],
  ["--on-accent", "--accent-hover", 4.5],
  ["--on-danger", "--danger", 4.5],
  ["--on-danger", "--danger-hover", 4.5],
  ["--on-production", "--production", 4.5],
  ["--line-control", "--surface-raised", 3],
  ["--focus", "--surface", 3],
  ["--focus", "--canvas", 3],
  ["--text", "--terminal-ground", 4.5],
  ...terminalHues.map((name) => [name, "--terminal-ground", 4.5] as const),
] as const;

for (const [theme, own] of [
  ["light", light],
  ["dark", byChoice],
] as const) {
  test.each(pairs)(`${theme}: %s on %s has contrast %d`, (front, back, least) => {
    expect(contrast(colour(own, front), colour(own, back))).toBeGreaterThanOrEqual(least);
  });
}

test.each(["--surface", "--surface-sunken", "--surface-raised", "--canvas"])(
  "a row under the pointer is lifted from %s in the dark, and a pressed one more",
  (ground) => {
    const lightness = (name: string): number => Number(/oklch\(([\d.]+)/.exec(byChoice.get(name) ?? "")?.[1]);
    expect(lightness("--hover")).toBeGreaterThan(lightness(ground) + 0.02);
    expect(lightness("--pressed")).toBeGreaterThan(lightness("--hover") + 0.02);
  },
);

/** A chip's word stands on a tint of its own hue. */
test.each(
  statuses.flatMap((name) => ["--surface-raised", "--surface", "--hover", "--selected"].map((under) => [name, under])),
)("%s on its own tint over %s has contrast 4.5", (name, under) => {
  for (const block of [light, byChoice]) {
    const share = Number.parseFloat(block.get("--status-tint") ?? "") / 100;
    const [hue, ground] = [colour(block, name), colour(block, under)];
    // A translucent colour is laid over its ground in gamma-encoded sRGB.
    const tint = hue.map((part, index) => decode(encode(part) * share + encode(ground[index] ?? 0) * (1 - share)));
    expect(contrast(hue, tint)).toBeGreaterThanOrEqual(4.5);
  }
});

/** Linear sRGB of an `oklch(L C h)` token (Ottosson's matrices). */
function colour(block: Map<string, string>, name: string): number[] {
  const found = /^oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)$/.exec(block.get(name) ?? "");
  if (!found) throw new Error(`${name} is no opaque oklch colour`);
  const [L, C, h] = found.slice(1).map(Number) as [number, number, number];
  const [a, b] = [C * Math.cos((h * Math.PI) / 180), C * Math.sin((h * Math.PI) / 180)];
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((part) => Math.min(1, Math.max(0, part)));
}

const encode = (part: number): number => (part <= 0.0031308 ? 12.92 * part : 1.055 * part ** (1 / 2.4) - 0.055);
const decode = (part: number): number => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);

function contrast(front: number[], back: number[]): number {
  const luminance = ([r = 0, g = 0, b = 0]: number[]): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const [dark, bright] = [luminance(front), luminance(back)].sort((a, b) => a - b) as [number, number];
  return (bright + 0.05) / (dark + 0.05);
}
