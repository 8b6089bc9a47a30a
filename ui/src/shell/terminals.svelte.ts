/** The open terminals, as the top bar shows them. The terminal feature fills it. */

class TerminalTray {
  /** The host of each, in the order of their tabs. */
  hosts = $state.raw<readonly string[]>([]);
}

export const terminalTray = new TerminalTray();
