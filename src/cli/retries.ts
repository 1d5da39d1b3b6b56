import * as z from 'zod';
import type { RetryReport } from '../retries/report.ts';
import type { Values } from '../settings/settings.ts';
import { ControlClient } from './control-client.ts';
import { lookOf } from './look.ts';
import { printableLines } from './printable.ts';
import { renderRetryReport } from './retry-report.ts';

/** Enough to tell a report of this version, or a like one, from what something else says. */
const reportLike = z.looseObject({
  totals: z.looseObject({ calls: z.number() }),
  faults: z.array(z.looseObject({ rule: z.string() })),
  shapes: z.array(
    z.looseObject({
      first: z.looseObject({ attempts: z.array(z.looseObject({})) }),
      waits: z.array(z.looseObject({})),
    }),
  ),
  otherShapes: z.looseObject({}),
});
const reportSchema = z.custom<RetryReport>((said) => reportLike.safeParse(said).success);

/** `restage retries`: the retry report of a running proxy. @returns the exit status. */
export async function runRetries(flags: Values, write: (text: string) => void): Promise<number> {
  const report = await new ControlClient(flags, process.env).call('GET', '/retries', reportSchema);
  write(printableLines(renderRetryReport(report, lookOf(process.stdout))));
  return 0;
}
