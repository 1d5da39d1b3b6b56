import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { onStopSignal } from '../../../src/cli/signals.ts';

type Sent = readonly [signal: string, atMs: number];

function heard(sent: readonly Sent[]): (readonly [string, number])[] {
  const source = new EventEmitter();
  const told: (readonly [string, number])[] = [];
  let nowMs = 0;
  const end = onStopSignal(
    (signal, times) => told.push([signal, times]),
    source,
    () => nowMs,
  );
  for (const [signal, atMs] of sent) {
    nowMs = atMs;
    source.emit(signal, signal);
  }
  end();
  expect(source.eventNames()).toEqual([]);
  return told;
}

it.each<[string, Sent[], (readonly [string, number])[]]>([
  [
    'each that asks to stop',
    [
      ['SIGINT', 0],
      ['SIGTERM', 1],
      ['SIGHUP', 2],
      ['SIGQUIT', 3],
    ],
    [
      ['SIGINT', 1],
      ['SIGTERM', 2],
      ['SIGHUP', 3],
      ['SIGQUIT', 4],
    ],
  ],
  [
    'no other',
    [
      ['SIGUSR2', 0],
      ['SIGCONT', 0],
    ],
    [],
  ],
  [
    'one that is sent to restage, and then to its group, once',
    [
      ['SIGTERM', 0],
      ['SIGTERM', 3],
    ],
    [['SIGTERM', 1]],
  ],
  [
    'one that is sent again',
    [
      ['SIGTERM', 0],
      ['SIGTERM', 150],
    ],
    [
      ['SIGTERM', 1],
      ['SIGTERM', 2],
    ],
  ],
])('listens to %s', (_, sent, expected) => {
  expect(heard(sent)).toEqual(expected);
});
