/** The engine inside of the desktop application. */

import { Channel, invoke } from "@tauri-apps/api/core";
import type { Backend, BackendEvent, Desktop, DesktopCommands } from "./backend";
import { BackendError, faultOf } from "./errors";
import type { Commands } from "./generated/commands";
import { Listeners, newTask, withProgress } from "./listeners";

export function tauriBackend(): Backend {
  const listeners = new Listeners((tell) => {
    const channel = new Channel<BackendEvent>();
    channel.onmessage = tell;
    void invoke("subscribe", { channel });
  });

  async function rpc(command: string, args: unknown, task = newTask()): Promise<unknown> {
    try {
      return await invoke("rpc", { command, arguments: args, task });
    } catch (thrown) {
      throw new BackendError(faultOf(thrown));
    }
  }

  const desktop: Desktop = (command, args) => rpc(command, args) as Promise<DesktopCommands[typeof command]["answer"]>;

  return {
    call: (command, args, onProgress) =>
      withProgress(listeners, onProgress, (task) => rpc(command, args, task)) as Promise<
        Commands[typeof command]["answer"]
      >,
    subscribe: (listener) => listeners.add(listener),
    desktop,
    grants: {
      uploads: () => desktop("shell_grant_uploads", {}),
      download: (name) => desktop("shell_grant_download", { name }),
      dropped: null,
      deliver: null,
    },
    ready: () => void invoke("ready"),
  };
}
