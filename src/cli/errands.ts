import type { Option } from '../options.ts';
import type { Values } from '../settings.ts';

/** A command besides the modes: it does one thing and ends. */
export interface Errand {
  /** Its name, and what comes after it, as yargs writes it. */
  readonly usage: string;
  readonly describes: string;
  readonly options: readonly Option[];
  /** @returns the exit status. */
  readonly run: (flags: Values) => Promise<number>;
}

/** Every command besides the modes. Another one is another row. */
export const errands: readonly Errand[] = [];
