import { constants } from 'node:os';

/** The signals that ask restage to stop. */
const STOPPING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM'];

/** Settled with the first signal to stop. */
export function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of STOPPING) process.once(signal, () => resolve());
  });
}

/** Ends the process at once with the next signal to stop. */
export function exitOnNextSignal(): void {
  for (const signal of STOPPING) process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

/** Gives signals to the command, which is to end first; a second one ends it at once. */
export function passSignalsOn(kill: (signal: NodeJS.Signals) => void): { stop: () => void } {
  let count = 0;
  const listeners = STOPPING.map((signal) => {
    const listener = (): void => {
      count += 1;
      // The terminal has given Ctrl-C to the command already.
      if (count > 1) kill('SIGKILL');
      else if (signal !== 'SIGINT' || !process.stdin.isTTY) kill(signal);
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  return {
    stop: () => {
      for (const { signal, listener } of listeners) process.off(signal, listener);
    },
  };
}
