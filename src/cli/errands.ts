import { resolve } from 'node:path';
import { type Option, options } from '../options.ts';
import { resolveSettings, type Values } from '../settings.ts';

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
export const errands: readonly Errand[] = [
  {
    usage: 'ca',
    describes: 'make the local CA, and say how clients are made to trust it',
    options: options.filter(({ name }) => name === 'ca-dir'),
    run: async (flags) => {
      const [{ ca }, { authorityFolder }] = await Promise.all([
        import('./ca.ts'),
        import('../tls/authority.ts'),
      ]);
      const { caDir } = resolveSettings({
        flags,
        variables: process.env,
        file: undefined,
        readFaults: () => [],
      });
      const folder = resolve(caDir ?? authorityFolder(process.env));
      return ca({ folder, now: () => new Date(), write: (text) => process.stdout.write(text) });
    },
  },
];
