import { type Option, options } from '../settings/options.ts';
import type { Values } from '../settings/settings.ts';
import { controlOptions } from './control-options.ts';
import { lookOf } from './look.ts';

/** A command besides the modes: it does one thing and ends. */
export interface Errand {
  /** Its name, and what comes after it, as yargs writes it. */
  readonly usage: string;
  readonly describes: string;
  readonly options: readonly Option[];
  /** Loads what it needs, and does it. @returns the exit status. */
  readonly run: (flags: Values) => Promise<number>;
}

/** Every command besides the modes. Another one is another row. */
export const errands: readonly Errand[] = [
  {
    usage: 'ca',
    describes: 'make the local CA, and say how clients are made to trust it',
    options: options.filter(({ name }) => name === 'ca-dir'),
    run: async (flags) => (await import('./ca.ts')).runCa(flags, print),
  },
  {
    usage: 'faults',
    describes: 'list the faults there are, with an example each',
    options: [],
    run: async () => (await import('./faults.ts')).runFaults(print, lookOf(process.stdout).color),
  },
  {
    usage: 'fault <action> [rule]',
    describes: 'add|ls|rm|clear the faults of a restage that runs',
    options: controlOptions,
    run: async (flags) => (await import('./fault.ts')).fault(flags, print),
  },
  {
    usage: 'retries',
    describes: 'what clients of a restage that runs tried again, and how it ended',
    options: controlOptions,
    run: async (flags) => (await import('./retries.ts')).runRetries(flags, print),
  },
];

/** The errand of that name, the first word of its usage. */
export function findErrand(name: string | undefined): Errand | undefined {
  return errands.find(({ usage }) => errandName(usage) === name);
}

/** The first word of an errand's usage. */
export function errandName(usage: string): string {
  return usage.split(' ', 1)[0] ?? '';
}

function print(text: string): void {
  process.stdout.write(text);
}
