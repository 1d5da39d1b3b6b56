import { relative } from 'node:path';
import type { RestageSession } from '../assembly/restage.ts';
import { describeSubject } from '../cli/log.ts';
import { printable } from '../cli/printable.ts';
import type { JournalEntry } from '../journal/entry.ts';
import type { UnusedRecording } from '../sessions/unused-recording.ts';
import type { TestPlace } from './test-place.ts';

/** More than anybody reads. */
const MAX_TOLD = 50;

/** What a failed test called, in one block: each call, and for those that are not recorded the command that records them. */
export function describeCalls(
  session: Pick<RestageSession, 'calls' | 'misses' | 'mode' | 'seed'>,
  { name, record }: TestPlace,
): string {
  const calls = session.calls();
  const told = calls.slice(-MAX_TOLD);
  const count = calls.length === 1 ? '1 call' : `${calls.length} calls`;
  const left = calls.length - told.length;
  const chance = told.some(({ hits }) => hits.length > 0) ? `, seed ${session.seed}` : '';
  return [
    `restage: '${printable(name)}' made ${count} in mode ${session.mode}${chance}${told.length === 0 ? '.' : ':'}`,
    ...(left > 0 ? [`  (${left} before)`] : []),
    ...told.map(describeCall),
    ...(session.misses().length > 0 ? [`Record what is missing: ${record}`] : []),
  ].join('\n');
}

/** `  429 faulted   GetStages a1b2c3d4e5  attempt 1  throttle,first=2` */
function describeCall(entry: JournalEntry): string {
  const { status, outcome, attempt, fault, note } = entry;
  const parts = [
    `  ${status} ${outcome.padEnd(9)} ${describeSubject({ ...entry, session: undefined })}`,
    ...(attempt === undefined ? [] : [`attempt ${attempt}`]),
    ...(fault === undefined ? [] : [fault]),
    ...(note === undefined ? [] : [note]),
  ];
  return printable(parts.join('  '));
}

/** `GetStages a1b2c3d4e5 deploymentId=vakw79` */
export function describeRecording({ operation, restApiId, parameters }: UnusedRecording): string {
  return printable(describeSubject({ session: undefined, operation, restApiId, parameters }));
}

/** Why a session did not do what was expected, for the message of a matcher. */
export function describeVerdict(
  session: Pick<RestageSession, 'calls' | 'check'>,
  expectation: string,
): { readonly passed: boolean; readonly message: string } {
  const { passed, expected, reason } = session.check(expectation);
  const calls = session.calls().slice(-MAX_TOLD).map(describeCall);
  const what = passed
    ? `Expected the calls not to meet '${expected}'`
    : `Expected the calls to meet '${expected}'`;
  return { passed, message: [`${what}: ${printable(reason)}`, ...calls].join('\n') };
}

/**
 * The command that records a test; its file is named as it is seen from the working folder.
 * @param runner with the option that takes a pattern of names, last.
 */
export function recordCommand(runner: string, name: string, file: string): string {
  const pattern = name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replace(/[\x00-\x1f\x7f-\x9f]/g, '.');
  const path = relative(process.cwd(), file) || file;
  return printable(`RESTAGE_MODE=record ${runner} ${quote(pattern)} ${quote(path)}`);
}

/** As a shell takes it. */
function quote(text: string): string {
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
