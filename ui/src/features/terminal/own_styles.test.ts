import { Terminal } from "@xterm/xterm";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openWithinPolicy } from "./own_styles";

/** As much of a browser's style sheet as is asked for here. */
class Sheet {
  text = "";
  replaceSync(text: string): void {
    this.text = text;
  }
}

let place: HTMLElement;

beforeEach(() => {
  vi.stubGlobal("CSSStyleSheet", Sheet);
  vi.stubGlobal("matchMedia", () => ({ matches: false, addListener: vi.fn(), removeListener: vi.fn() }));
  Object.defineProperty(document, "adoptedStyleSheets", { value: [], writable: true, configurable: true });
  place = document.createElement("div");
  document.body.append(place);
});

afterEach(() => {
  place.remove();
  Reflect.deleteProperty(document, "adoptedStyleSheets");
  vi.unstubAllGlobals();
});

const sheets = (): Sheet[] => document.adoptedStyleSheets as unknown as Sheet[];

test("no style element and no style attribute of xterm comes into the page; its rules hold all the same", async () => {
  const written: string[] = [];
  const original = Reflect.get(Element.prototype, "setAttribute") as (name: string, value: string) => void;
  const watch = vi.spyOn(Element.prototype, "setAttribute").mockImplementation(function (this: Element, name, value) {
    if (name === "style") written.push(value);
    original.call(this, name, value);
  });
  const terminal = new Terminal({ allowProposedApi: true, minimumContrastRatio: 4.5, logLevel: "off" });
  openWithinPolicy(terminal, place);
  expect(document.querySelectorAll("style")).toHaveLength(0);
  expect(sheets()).toHaveLength(3);
  expect(
    sheets()
      .map((sheet) => sheet.text)
      .join("\n"),
  ).toContain(".xterm-fg-1");
  terminal.options.theme = { red: "#123456" };
  expect(
    sheets()
      .map((sheet) => sheet.text)
      .join("\n"),
  ).toContain("#123456");

  const core = terminal as unknown as {
    _core: {
      _renderService: {
        _renderer: { value: { _rowFactory: { _addStyle(element: HTMLElement, style: string): void } } };
      };
    };
  };
  const cell = document.createElement("span");
  core._core._renderService._renderer.value._rowFactory._addStyle(cell, "background-color:#ff8000");
  core._core._renderService._renderer.value._rowFactory._addStyle(cell, "color:#102030");
  expect([cell.style.backgroundColor, cell.style.color]).toEqual(["rgb(255, 128, 0)", "rgb(16, 32, 48)"]);
  expect(written).toEqual([]);
  watch.mockRestore();

  terminal.dispose();
  expect(sheets()).toHaveLength(0);
});
