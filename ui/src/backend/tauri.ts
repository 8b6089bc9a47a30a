/** The engine inside of the desktop application. */

import { Channel, invoke } from "@tauri-apps/api/core";
import type { Backend, BackendEvent, DesktopCommands } from "./backend";
import { BackendError, faultOf } from "./errors";
import type { Commands } from "./generated/commands";
import { Listeners } from "./listeners";

export function tauriBackend(): Backend {
  const listeners = new Listeners((tell) => {
    const channel = new Channel<BackendEvent>();
    channel.onmessage = tell;
    void invoke("subscribe", { channel });
  });

  async function rpc(command: string, args: unknown): Promise<unknown> {
    try {
      return await invoke("rpc", { command, arguments: args });
    } catch (thrown) {
      throw new BackendError(faultOf(thrown));
    }
  }

  return {
    call: (command, args) => rpc(command, args) as Promise<Commands[typeof command]["answer"]>,
    subscribe: (listener) => listeners.add(listener),
    desktop: (command, args) => rpc(command, args) as Promise<DesktopCommands[typeof command]["answer"]>,
    ready: () => void invoke("ready"),
  };
}
