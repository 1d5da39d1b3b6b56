import type { Started } from '../assembly/start.ts';
import { optionsToRecord } from '../aws/apigateway/recorded-by-name.ts';
import { describeTimelines, type ReplacedTimelines } from '../cassette/replaced-timelines.ts';
import type { Gap } from '../proxy/gaps.ts';
import type { Settings } from '../settings/settings.ts';
import { describeSubject } from './log.ts';
import { colorsFor } from './look.ts';
import { printable, printableLines } from './printable.ts';
import type { Reporter } from './reporter.ts';

/** How many calls a line names. */
const MAX_NAMED = 5;

/** Says what the command tried again where a fault fired, and what did not come as expected. @returns whether all did. */
export async function reportRetries(
  restage: Started,
  { expectations }: Settings,
  reporter: Reporter,
): Promise<boolean> {
  const report = restage.retries();
  if (!reporter.isSilent && (report.totals.faultedAttempts > 0 || expectations.length > 0)) {
    const { renderRetryReport } = await import('./retry-report.ts');
    reporter.show(
      { event: 'retries', level: 'info', facts: report },
      (look) => `\n${printableLines(renderRetryReport(report, look))}`,
    );
  }
  const verdicts = expectations.map((expectation) => restage.check(expectation.text));
  for (const verdict of verdicts) {
    const { expected, passed, reason } = verdict;
    reporter.show({ event: 'verdict', level: passed ? 'info' : 'error', facts: verdict }, ({ color }) => {
      const { green, red } = colorsFor(color);
      const line = passed ? green(`✔ ${printable(expected)}`) : red(`✘ ${printable(expected)}`);
      return `${line}  ${printable(reason)}\n`;
    });
  }
  return verdicts.every(({ passed }) => passed);
}

/** Says which calls a replay missed, and which one will miss: whoever made them may have swallowed that. */
export async function reportGaps(restage: Started, { dir }: Settings, reporter: Reporter): Promise<void> {
  const gaps = await restage.gaps();
  const missed = gaps.filter((gap) => gap.missed);
  const unrecorded = gaps.filter((gap) => !gap.missed);
  if (missed.length > 0) {
    reporter.say({
      event: 'misses',
      level: 'warning',
      message: `${count(missed)} missed the recording: ${nameAll(missed)}. ${remedyOf(missed, dir)}.`,
      facts: { calls: missed.map(toFacts) },
    });
  }
  if (unrecorded.length > 0) {
    reporter.say({
      event: 'unrecorded',
      level: 'warning',
      message: `${count(unrecorded)} ${sum(unrecorded) === 1 ? 'was' : 'were'} not recorded, and a replay will miss ${sum(unrecorded) === 1 ? 'it' : 'them'}: ${nameAll(unrecorded)}. ${remedyOf(unrecorded, dir)}.`,
      facts: { calls: unrecorded.map(toFacts) },
    });
  }
}

/** Says what this run's writes made of those of earlier ones: to replace them is what recording anew does, to leave some is not. */
export function reportTimelines(timelines: ReplacedTimelines, reporter: Reporter): void {
  const level = timelines.leftovers.length > 0 ? 'warning' : 'info';
  if (level === 'info' && reporter.isSilent) return;
  reporter.say({ event: 'timelines', level, message: describeTimelines(timelines), facts: timelines });
}

/** Says which recordings nobody has asked for. @returns whether there are some. */
export async function reportUnused(
  restage: Started,
  { cassette }: Settings,
  reporter: Reporter,
): Promise<boolean> {
  const unused = await restage.unused();
  if (unused.length === 0) return false;
  const named = unused
    .slice(0, MAX_NAMED)
    .map((recording) => describeSubject({ ...recording, session: undefined }));
  const [are, them] = unused.length === 1 ? ['recording was', 'it'] : ['recordings were', 'them'];
  reporter.say({
    event: 'unused',
    level: 'error',
    message: `${unused.length} ${are} never played of cassette '${cassette}': ${nameSome(named, unused.length)}. Remove ${them}, or see why nothing calls for ${them} any more.`,
    facts: { recordings: unused },
  });
  return true;
}

/** What to do about calls that have no recording. */
function remedyOf(gaps: readonly Gap[], dir: string): string {
  const [first] = gaps.filter(canBeRecorded);
  if (first === undefined) return 'Keep them out of what is replayed: they cannot be recorded';
  if (!first.missed)
    return 'Record again once they are answered with what can be recorded; the log says why they were not';
  const folder = dir === 'cassettes' ? '' : ` --dir '${dir}'`;
  const named = optionsToRecord(gaps.map(({ operation }) => operation));
  return `Record what is missing: restage record -c ${first.cassette}${folder}${named} -- <your command>`;
}

function canBeRecorded({ parameters }: Gap): boolean {
  return parameters !== undefined;
}

/** `GetStages a1b2c3d4e5 deploymentId=vakw79 (2×), GetAccount, GET /restapis/ and 3 more`. */
function nameAll(gaps: readonly Gap[]): string {
  const named = gaps.slice(0, MAX_NAMED).map((gap) => {
    const notes = [
      ...(gap.missed ? [] : [`answered with ${gap.status}`]),
      ...(canBeRecorded(gap) ? [] : [gap.note]),
      ...(gap.times > 1 ? [`${gap.times}×`] : []),
    ];
    const note = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
    return `${describeSubject({ ...gap, session: undefined })}${note}`;
  });
  return nameSome(named, gaps.length);
}

function nameSome(named: readonly string[], all: number): string {
  const more = all - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function toFacts({ missed: _, ...facts }: Gap): object {
  return facts;
}

function count(gaps: readonly Gap[]): string {
  const calls = sum(gaps);
  return `${calls} call${calls === 1 ? '' : 's'}`;
}

function sum(gaps: readonly Gap[]): number {
  return gaps.reduce((total, { times }) => total + times, 0);
}
