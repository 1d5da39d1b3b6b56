/** Those that a terminal, a test runner or a system ends programs with. */
const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/** Tells restage's listeners from those of the program, whichever copy of restage in this process they are of. */
const OURS = Symbol.for('restage.atExit');

const actions = new Set<() => void>();

/**
 * Has something done, synchronously, when the process exits or a signal ends it: at the latest, and once. A signal that the
 * program listens to itself ends nothing yet; nothing can be done at SIGKILL, nor in a worker thread at any signal.
 *
 * signal-exit does as much, but exchanges `process.emit`, and ends Node.js at signals that it ignores, as SIGXFSZ.
 *
 * @param action what throws is left undone
 * @returns what takes it back: while nothing is to be done, nobody listens
 */
export function atExit(action: () => void): () => void {
  if (actions.size === 0) listen();
  actions.add(action);
  return () => {
    if (actions.delete(action) && actions.size === 0) stopListening();
  };
}

const onSignal = Object.assign(
  (signal: NodeJS.Signals) => {
    if (process.listenerCount(signal) > countOnlookers(signal)) return;
    runAll();
    // As if restage had not listened. Where others are left, the last of them does it.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  },
  { [OURS]: true },
);

/** The listeners that do not handle a signal, but look on while it ends the process, and end it when there are no others. */
function countOnlookers(signal: NodeJS.Signals): number {
  return process.listeners(signal).filter((listener) => OURS in listener).length + countSignalExits();
}

/** The copies of signal-exit 4 and 3 that listen: so they tell one another. */
function countSignalExits(): number {
  const shared = [
    Reflect.get(globalThis, Symbol.for('signal-exit emitter')),
    Reflect.get(process, '__signal_exit_emitter__'),
  ];
  return shared.reduce((sum, each) => sum + (typeof each?.count === 'number' ? each.count : 0), 0);
}

function listen(): void {
  process.on('exit', runAll);
  // Before signal-exit, which ends the process only where it finds nobody else.
  for (const signal of SIGNALS) process.prependListener(signal, onSignal);
}

function stopListening(): void {
  process.off('exit', runAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function runAll(): void {
  stopListening();
  for (const action of actions) {
    try {
      action();
    } catch {
      // The process ends: there is nobody left to tell.
    }
  }
  actions.clear();
}
