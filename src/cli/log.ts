import pc from 'picocolors';
import type { Outcome } from '../call.ts';
import { describeEntry, type JournalEntry } from '../journal/entry.ts';
import type { LogFormat } from '../settings/options.ts';
import { escapeUnprintable, printable } from './printable.ts';

const FLUSH_MS = 100;
const MAX_BUFFERED = 64 * 1024;

const colors: Readonly<Record<Outcome, (text: string) => string>> = {
  recorded: pc.green,
  replayed: pc.cyan,
  forwarded: pc.blue,
  faulted: pc.yellow,
  missed: pc.red,
  refused: pc.red,
};

/** Writes one line a call, many lines at a time. */
export class Log {
  readonly #format: (entry: JournalEntry) => string;
  readonly #write: (text: string) => void;
  #buffered = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(format: Exclude<LogFormat, 'silent'>, write: (text: string) => void) {
    this.#format = format === 'json' ? formatJson : formatPretty;
    this.#write = write;
  }

  add(entry: JournalEntry): void {
    this.#buffered += `${this.#format(entry)}\n`;
    if (this.#buffered.length > MAX_BUFFERED) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#buffered === '') return;
    this.#write(this.#buffered);
    this.#buffered = '';
  }
}

/** `20:14:03 replayed  200  GetStages a1b2c3d4e5 deploymentId=vakw79  us-east-1  0.4 ms` */
export function formatPretty(entry: JournalEntry): string {
  const {
    at,
    session,
    operation,
    restApiId,
    parameters = {},
    region,
    outcome,
    status,
    durationMs,
    attempt,
    fault,
    note,
  } = entry;
  const filters = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  const subject = [operation, restApiId, ...filters, session && `@${session}`]
    .filter((part) => part !== undefined)
    .join(' ');
  const parts = [
    `${pc.dim(new Date(at).toTimeString().slice(0, 8))} ${colors[outcome](outcome.padEnd(9))} ${status}`,
    printable(cut(subject)),
    ...(region === undefined ? [] : [pc.dim(region)]),
    pc.dim(`${durationMs < 10 ? durationMs.toFixed(1) : Math.round(durationMs)} ms`),
    ...(attempt === undefined || attempt < 2 ? [] : [`attempt ${attempt}`]),
    ...(fault === undefined ? [] : [pc.yellow(printable(cut(fault)))]),
    ...(note === undefined ? [] : [pc.dim(printable(cut(note)))]),
  ];
  return parts.join('  ');
}

function formatJson(entry: JournalEntry): string {
  return escapeUnprintable(JSON.stringify(describeEntry(entry)));
}

/** Clients choose what stands here: it must not fill the screen. */
function cut(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
