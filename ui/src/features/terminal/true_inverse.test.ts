import { Terminal } from "@xterm/xterm";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { seeToInverse } from "./true_inverse";

interface Factory {
  _themeService: { colors: { foreground: unknown; background: unknown } };
  _applyMinimumContrast(element: HTMLElement, ground: unknown, text: unknown, cell: object): boolean;
}

let place: HTMLElement;

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false, addListener: vi.fn(), removeListener: vi.fn() }));
  place = document.createElement("div");
  document.body.append(place);
});

afterEach(() => {
  place.remove();
  vi.unstubAllGlobals();
});

function factoryOf(terminal: Terminal): Factory {
  const internals = terminal as unknown as {
    _core: { _renderService: { _renderer: { value: { _rowFactory: Factory } } } };
  };
  return internals._core._renderService._renderer.value._rowFactory;
}

test("text in reverse video keeps the ground's colour; everything else is seen to as before", () => {
  const terminal = new Terminal({ minimumContrastRatio: 4.5, logLevel: "off" });
  terminal.open(place);
  const factory = factoryOf(terminal);
  const { foreground, background } = factory._themeService.colors;
  const cell = (isInverse: number): object => ({
    isInverse: () => isInverse,
    isBgDefault: () => true,
    isDim: () => 0,
    getCode: () => 65,
  });
  const isChanged = (ground: unknown, text: unknown, inverse: number): boolean =>
    factory._applyMinimumContrast(document.createElement("span"), ground, text, cell(inverse));

  // xterm compares the text's colour with itself, and makes it grey.
  expect(isChanged(foreground, foreground, 1)).toBe(true);
  seeToInverse(terminal);
  expect(isChanged(foreground, foreground, 1)).toBe(false);
  expect(isChanged(background, background, 0)).toBe(true);
  expect(isChanged(background, foreground, 0)).toBe(false);
  terminal.dispose();
});
