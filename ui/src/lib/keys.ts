/** Names of keys. A chord is written "Mod+K", a sequence "g f". */

export const isApple = /Mac|iPhone|iPad/.test(typeof navigator === "undefined" ? "" : navigator.userAgent);

const apple: Record<string, string> = { Mod: "⌘", Shift: "⇧", Alt: "⌥", Ctrl: "⌃", Enter: "↩" };
const other: Record<string, string> = { Mod: "Ctrl" };

/** What stands on the key caps, one entry for each. */
export function displayKeys(keys: string, onApple: boolean = isApple): string[] {
  const names = onApple ? apple : other;
  return keys.split(/[ +]/).map((key) => names[key] ?? key.toUpperCase().replace(/^(.)(.+)$/, titled));
}

/** The chord that was pressed, in the words of a shortcut: "Mod+K", "Shift+ArrowDown", "?". */
export function chordOf(event: KeyboardEvent, onApple: boolean = isApple): string {
  const mod = onApple ? event.metaKey : event.ctrlKey;
  const printable = event.key.length === 1;
  const key = printable && mod ? event.key.toUpperCase() : event.key;
  // Shift is part of a printable character already: "?" is not "Shift+?".
  const shift = event.shiftKey && !(printable && !mod);
  return [mod ? "Mod" : "", event.altKey ? "Alt" : "", shift ? "Shift" : "", key].filter(Boolean).join("+");
}

/** Whether keys that are letters belong to what has the focus. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select"))
  );
}

function titled(_whole: string, first: string, rest: string): string {
  return first + rest.toLowerCase();
}
