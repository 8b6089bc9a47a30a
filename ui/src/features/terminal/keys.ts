/** Which keys the window keeps while a terminal has the focus. Everything else is the host's, Ctrl+K and Escape too. Pure. */

/** Size of the text, and the tab before and after. Control with Shift and a letter means nothing to a host. */
const kept = new Set(["Mod+=", "Mod++", "Mod+Shift++", "Mod+-", "Mod+0", "Mod+PageUp", "Mod+PageDown"]);

export function isOurs(chord: string): boolean {
  return kept.has(chord) || /^Mod\+Shift\+[A-Z]$/.test(chord);
}
