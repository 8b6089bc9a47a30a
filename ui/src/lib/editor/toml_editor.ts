/** What the editor can do: TOML, completion, problems, history, search. Everything of CodeMirror comes in here. */

import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyField, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic as Mark } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, StateEffect, StateField, type Extension } from "@codemirror/state";
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  MatchDecorator,
  ViewPlugin,
  type DecorationSet,
  type ViewUpdate,
} from "@codemirror/view";
import type { Diagnostic } from "$backend/generated/commands";
import { wordsAfter, type Vocabulary } from "./completion";
import { rangeOf } from "./positions";
import { highlighting, tomlLanguage } from "./toml_language";
import { theme } from "./toml_theme";

export interface Abilities {
  label: string;
  vocabulary: Vocabulary;
  readOnly: boolean;
  /** The parameters that a template may name. */
  parameters: () => readonly string[];
  onEdit: (text: string) => void;
}

/** The text, the places and what can be undone, for when the editor comes back. */
export type Memory = ReturnType<EditorState["toJSON"]>;

const kept = { history: historyField };

const phrases = {
  next: "Next",
  previous: "Previous",
  all: "Select all",
  "match case": "Match case",
  regexp: "Regular expression",
  "by word": "Whole words",
  replace: "Replace",
  "replace all": "Replace all",
  close: "Close the search",
};

/** A state with a text; with a memory of the same text, its places and history too. */
export function stateOf(text: string, abilities: Abilities, memory: Memory | null): EditorState {
  const extensions = extensionsOf(abilities);
  if (memory !== null && (memory as { doc?: unknown }).doc === text) {
    return EditorState.fromJSON(memory, { extensions }, kept);
  }
  return EditorState.create({ doc: text, extensions });
}

export function memoryOf(view: EditorView): Memory {
  return view.state.toJSON(kept);
}

/** Shows what is wrong, and nothing else. */
export function showProblems(view: EditorView, diagnostics: readonly Diagnostic[]): void {
  const marks = diagnostics.map((diagnostic): Mark => {
    const { message, hint } = diagnostic;
    return {
      ...rangeOf(view.state.doc, diagnostic),
      severity: "error",
      message: hint === null ? message : `${message}\n${hint}`,
    };
  });
  view.dispatch(setDiagnostics(view.state, marks));
}

/** Marks lines by their numbers, and no others. */
export function markLines(view: EditorView, numbers: readonly number[]): void {
  const there = numbers.filter((number) => number <= view.state.doc.lines);
  const marks = there.map((number) => lineMark.range(view.state.doc.line(number).from));
  view.dispatch({ effects: setMarkedLines.of(Decoration.set(marks)) });
}

/** Goes to what a diagnostic speaks of. */
export function goTo(view: EditorView, diagnostic: Diagnostic): void {
  const { from, to } = rangeOf(view.state.doc, diagnostic);
  view.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  view.focus();
}

/** Another text as one step that can be undone. Only what differs is replaced, so that places stay. */
export function replaceText(view: EditorView, text: string): void {
  const before = view.state.doc.toString();
  let from = 0;
  while (from < before.length && from < text.length && before[from] === text[from]) from += 1;
  let cut = 0;
  const most = Math.min(before.length, text.length) - from;
  while (cut < most && before.at(-1 - cut) === text.at(-1 - cut)) cut += 1;
  if (from === before.length && from === text.length) return;
  view.dispatch({ changes: { from, to: before.length - cut, insert: text.slice(from, text.length - cut) } });
}

function extensionsOf({ label, vocabulary, readOnly, parameters, onEdit }: Abilities): Extension {
  return [
    lineNumbers(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    drawSelection(),
    bracketMatching(),
    indentUnit.of("    "),
    tomlLanguage,
    syntaxHighlighting(highlighting),
    templates,
    markedLines,
    theme,
    search({ top: true }),
    highlightSelectionMatches(),
    EditorState.phrases.of(phrases),
    EditorState.readOnly.of(readOnly),
    EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", tabindex: "0" }),
    ...(readOnly
      ? []
      : [history(), closeBrackets(), autocompletion({ override: [complete], icons: false }), lintGutter()]),
    keymap.of([
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...lintKeymap.filter(({ key }) => key === "F8"),
      ...searchKeymap,
      ...historyKeymap,
      ...(readOnly ? [] : [indentWithTab]),
      ...defaultKeymap,
    ]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onEdit(update.state.doc.toString());
    }),
  ];

  function complete(context: CompletionContext): CompletionResult | null {
    const found = wordsAfter(context.state.sliceDoc(0, context.pos), vocabulary, parameters());
    if (!found || found.words.length === 0 || (found.replaces === 0 && !context.explicit)) return null;
    return {
      from: context.pos - found.replaces,
      options: found.words.map(({ label: word, detail, apply }, index) => ({
        label: word,
        detail,
        // In the order of the engine's own list; the alphabet says nothing here.
        boost: -index,
        ...(apply !== undefined && { apply }),
      })),
    };
  }
}

const lineMark = Decoration.line({ class: "cm-changed-line" });
const setMarkedLines = StateEffect.define<DecorationSet>();
const markedLines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, { changes, effects }) =>
    effects.find((effect) => effect.is(setMarkedLines))?.value ?? marks.map(changes),
  provide: (field) => EditorView.decorations.from(field),
});

const templateMarks = new MatchDecorator({
  regexp: /\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}/g,
  decoration: Decoration.mark({ class: "cm-template" }),
});

/** What is put in when a plan is made, wherever it stands. */
const templates = ViewPlugin.fromClass(
  class {
    marks: DecorationSet;

    constructor(view: EditorView) {
      this.marks = templateMarks.createDeco(view);
    }

    update(update: ViewUpdate): void {
      this.marks = templateMarks.updateDeco(update, this.marks);
    }
  },
  { decorations: ({ marks }) => marks },
);
