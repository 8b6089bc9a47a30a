/** Light, dark, or as the system has it. public/theme.js sets it before the first paint; both know the same key. */

export type Theme = "system" | "light" | "dark";

const key = "millwright.theme";

let chosen = $state<Theme>(remembered());

export const theme = {
  get chosen(): Theme {
    return chosen;
  },
  choose(next: Theme): void {
    chosen = next;
    if (next === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = next;
    try {
      localStorage.setItem(key, next);
    } catch {
      // Without storage the choice holds until the window closes.
    }
  },
};

function remembered(): Theme {
  try {
    const text = localStorage.getItem(key);
    return text === "light" || text === "dark" ? text : "system";
  } catch {
    return "system";
  }
}
