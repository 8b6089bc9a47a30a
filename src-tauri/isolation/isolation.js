// Stands between the page and the shell, in a frame of its own: the page's code, and whatever came in with its
// dependencies, cannot change it. It lets through what the three commands look like. Commands that it does not know
// pass: the shell's access list refuses them, with a message that says so.

const LONGEST_ARGUMENTS = 16 * 1024 * 1024;

const shapes = {
  rpc: ({ command, arguments: given, task, ...others }) =>
    typeof command === "string" &&
    /^[a-z][a-z0-9_]{0,63}$/.test(command) &&
    given !== null &&
    typeof given === "object" &&
    !Array.isArray(given) &&
    Number.isInteger(task) &&
    JSON.stringify(given).length <= LONGEST_ARGUMENTS &&
    Object.keys(others).length === 0,
  subscribe: ({ channel, ...others }) => channel !== undefined && Object.keys(others).length === 0,
  ready: (given) => Object.keys(given ?? {}).length === 0,
};

window.__TAURI_ISOLATION_HOOK__ = (message) => {
  const shape = Object.hasOwn(shapes, message.cmd) ? shapes[message.cmd] : undefined;
  if (shape !== undefined && !shape(message.payload ?? {})) {
    throw new Error(`The message to “${message.cmd}” does not have the form that it must have.`);
  }
  return message;
};
