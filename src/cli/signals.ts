import type { EventEmitter } from 'node:events';
import { constants } from 'node:os';

/** The signals that ask restage to stop. */
const STOPPING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
/** `timeout` and process managers send one to restage, and then to its group: that is asked once. */
const ECHO_MS = 100;

/** Told of each time that restage is asked to stop. `times`: how often it was by now. */
export type StopListener = (signal: NodeJS.Signals, times: number) => void;

/** Listens to the signals that ask restage to stop. @returns what ends that. */
export function onStopSignal(
  listener: StopListener,
  source: Pick<EventEmitter, 'on' | 'off'> = process,
  now: () => number = () => performance.now(),
): () => void {
  let times = 0;
  let last: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;
  const handle = (signal: NodeJS.Signals): void => {
    const at = now();
    if (last?.signal === signal && at - last.at < ECHO_MS) return;
    last = { signal, at };
    times += 1;
    listener(signal, times);
  };
  for (const signal of STOPPING) source.on(signal, handle);
  return () => {
    for (const signal of STOPPING) source.off(signal, handle);
  };
}

/** The exit status of whatever a signal ended. */
export function statusOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
