import { resolve } from 'node:path';
import pc from 'picocolors';
import * as z from 'zod';
import type { RetryReport } from '../retries/report.ts';
import { type Option, options } from '../settings/options.ts';
import { resolveSettings, type Values } from '../settings/settings.ts';
import { ControlClient, controlOptions } from './control-client.ts';
import { printableLines } from './printable.ts';
import type { Look } from './retry-table.ts';

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
        // What else is set there is for restage when it runs: nobody asks for that here.
        variables: { RESTAGE_CA_DIR: process.env.RESTAGE_CA_DIR },
        file: undefined,
      });
      const folder = resolve(caDir ?? authorityFolder(process.env));
      return ca({ folder, now: () => new Date(), write: print });
    },
  },
  {
    usage: 'faults',
    describes: 'list the faults there are, with an example each',
    options: [],
    run: async () => {
      const [{ renderCatalogue }, { describeFaults }] = await Promise.all([
        import('./faults.ts'),
        import('../chaos/catalogue.ts'),
      ]);
      print(renderCatalogue(describeFaults(), process.stdout.isTTY));
      return 0;
    },
  },
  {
    usage: 'fault <action> [rule]',
    describes: 'add|ls|rm|clear the faults of a restage that runs',
    options: controlOptions,
    run: async (flags) => {
      const { fault } = await import('./fault.ts');
      return fault(flags, print);
    },
  },
  {
    usage: 'retries',
    describes: 'what clients of a restage that runs tried again, and how it ended',
    options: controlOptions,
    run: async (flags) => {
      const { renderRetryReport } = await import('./retry-report.ts');
      const report = await new ControlClient(flags, process.env).call('GET', '/retries', reportSchema);
      print(printableLines(renderRetryReport(report, lookOf(process.stdout))));
      return 0;
    },
  },
];

/** Enough to tell a report of this version, or a like one, from what something else says. */
const reportLike = z.looseObject({
  totals: z.looseObject({ calls: z.number() }),
  faults: z.array(z.looseObject({ rule: z.string() })),
  calls: z.array(z.looseObject({ attempts: z.array(z.looseObject({})) })),
});
const reportSchema = z.custom<RetryReport>((said) => reportLike.safeParse(said).success);

/** How wide a stream's terminal is, and whether it is one. */
export function lookOf(stream: NodeJS.WriteStream): Look {
  return { width: stream.columns ?? 80, color: stream.isTTY && pc.isColorSupported };
}

function print(text: string): void {
  process.stdout.write(text);
}
