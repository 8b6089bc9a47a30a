/** TOML as it is coloured, with the shell of long texts in it. What is right and what is wrong is the engine's to say. */

import { HighlightStyle, StreamLanguage, StringStream, type StreamParser } from "@codemirror/language";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { toml } from "@codemirror/legacy-modes/mode/toml";
import { tags } from "@lezer/highlight";

/** Fields whose long text goes to sh. */
const shellFields = ["run", "only_if", "command", "probe", "drain", "undrain"];

/** What the mode keeps of TOML, as far as it matters here. */
interface TomlState {
  inString: boolean;
  lhs: boolean;
}

interface State {
  toml: TomlState;
  field: string;
  /** The quotes that end the long text; null outside of one. */
  quotes: string | null;
  /** The state of the shell's mode in it, if it is shell. */
  shell: { tokens: unknown[] } | null;
}

const tomlMode = toml as StreamParser<TomlState>;
const shellMode = shell as StreamParser<{ tokens: unknown[] }>;

const parser: StreamParser<State> = {
  name: "toml-with-shell",
  startState: (unit) => ({
    toml: tomlMode.startState?.(unit) ?? { inString: false, lhs: true },
    field: "",
    quotes: null,
    shell: null,
  }),
  copyState: (state) => ({
    ...state,
    toml: { ...state.toml },
    shell: state.shell && { ...state.shell, tokens: [...state.shell.tokens] },
  }),
  token(stream, state) {
    if (state.quotes !== null) return longText(stream, state, state.quotes);
    if (!state.toml.inString && !state.toml.lhs && !stream.sol()) {
      const quotes = stream.match(/^(?:'''|""")/) as RegExpMatchArray | null;
      if (quotes) {
        state.quotes = quotes[0];
        state.shell = shellFields.includes(state.field) ? (shellMode.startState?.(2) ?? null) : null;
        return "string";
      }
      if (stream.match(/^[A-Za-z_-]+(?=\s*=)/)) {
        state.field = stream.current();
        return "property";
      }
    }
    const style = tomlMode.token(stream, state.toml);
    if (style === "property") state.field = stream.current().trim();
    // The mode calls headings, booleans and dates all the same.
    return style === "atom" && stream.current().startsWith("[") ? "heading" : style;
  },
  languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", "[", "{", '"'] } },
};

function longText(stream: StringStream, state: State, quotes: string): string | null {
  if (stream.match(quotes)) {
    state.quotes = null;
    state.shell = null;
    return "string";
  }
  const end = stream.string.indexOf(quotes, stream.pos);
  if (state.shell === null) {
    if (end < 0) stream.skipToEnd();
    else stream.pos = end;
    return "string";
  }
  // The shell's mode must not see the quotes that end the text: to it they would begin a string.
  const inner = new StringStream(end < 0 ? stream.string : stream.string.slice(0, end), 4, 4);
  inner.pos = inner.start = stream.pos;
  const style = shellMode.token(inner, state.shell);
  stream.pos = inner.pos;
  return style;
}

export const tomlLanguage = StreamLanguage.define(parser);

/** Hues of the window's own tokens, whose contrast is held by their test. */
export const highlighting = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--text)" },
  { tag: tags.heading, color: "var(--status-running)", fontWeight: "600" },
  { tag: [tags.string, tags.quote], color: "var(--status-succeeded)" },
  { tag: [tags.number, tags.atom, tags.bool, tags.literal], color: "var(--status-unknown)" },
  { tag: [tags.comment, tags.meta], color: "var(--text-faint)", fontStyle: "italic" },
  { tag: tags.keyword, color: "var(--status-unknown)" },
  { tag: tags.standard(tags.variableName), color: "var(--status-running)" },
  { tag: [tags.definition(tags.variableName), tags.attributeName], color: "var(--status-unreachable)" },
]);
