/** `j` and `k` walk the rows of whatever screen stands: from action to action, or through its table. */

/** Goes to the next row, or the one before. Enter does what the row offers. */
export function walk(by: 1 | -1): void {
  const main = document.querySelector("main");
  if (!main) return;
  const actions = [...main.querySelectorAll<HTMLElement>("[data-primary]")];
  if (actions.length > 0) {
    const at = actions.findIndex((action) => action.closest("li")?.contains(document.activeElement));
    const next = at === -1 ? (by === 1 ? 0 : actions.length - 1) : at + by;
    actions[Math.min(actions.length - 1, Math.max(0, next))]?.focus();
    return;
  }
  const grid = document.activeElement?.closest("[role=grid]") ?? main.querySelector("[role=grid]");
  if (!grid) return;
  if (grid.contains(document.activeElement)) {
    const key = by === 1 ? "ArrowDown" : "ArrowUp";
    document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  } else grid.querySelector<HTMLElement>("[tabindex='0']")?.focus();
}
