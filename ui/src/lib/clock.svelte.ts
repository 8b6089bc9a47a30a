/** One clock for every age on the screen, so that a thousand cells tick with one timer. */

import { createSubscriber } from "svelte/reactivity";

const tickMilliseconds = 10_000;

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, tickMilliseconds);
  return () => {
    clearInterval(timer);
  };
});

const subscribeToSeconds = createSubscriber((update) => {
  const timer = setInterval(update, 1000);
  return () => {
    clearInterval(timer);
  };
});

/** Now, for ages; whoever reads it in an effect or a template is run again every ten seconds. */
export function now(): Date {
  subscribe();
  return new Date();
}

/** Now, for elapsed times that show seconds. */
export function nowBySecond(): Date {
  subscribeToSeconds();
  return new Date();
}
