import type { Outcome } from '../call.ts';
import { describeEntry, type JournalEntry } from '../journal/entry.ts';
import type { LogFormat } from '../settings/options.ts';
import { type Colors, colorsFor } from './look.ts';
import { escapeUnprintable, printable } from './printable.ts';

const FLUSH_MS = 100;
const MAX_BUFFERED = 64 * 1024;

const colorNames = {
  recorded: 'green',
  replayed: 'cyan',
  forwarded: 'blue',
  faulted: 'yellow',
  missed: 'red',
  refused: 'red',
} as const satisfies Record<Outcome, keyof Colors>;

/** How the log looks. */
export interface LogStyle {
  readonly format: Exclude<LogFormat, 'silent'>;
  readonly color: boolean;
}

/** Writes one line a call, many lines at a time. */
export class Log {
  readonly #format: (entry: JournalEntry) => string;
  readonly #write: (text: string) => void;
  #buffered = '';
  #timer: NodeJS.Timeout | undefined;

  constructor({ format, color }: LogStyle, write: (text: string) => void) {
    const colors = colorsFor(color);
    this.#format = format === 'json' ? formatJson : (entry) => formatPretty(entry, colors);
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
export function formatPretty(entry: JournalEntry, colors: Colors): string {
  const { at, region, outcome, status, durationMs, attempt, fault, note } = entry;
  const { dim, yellow } = colors;
  const parts = [
    `${dim(new Date(at).toTimeString().slice(0, 8))} ${colors[colorNames[outcome]](outcome.padEnd(9))} ${status}`,
    printable(cut(describeSubject(entry))),
    ...(region === undefined ? [] : [dim(region)]),
    dim(`${durationMs < 10 ? durationMs.toFixed(1) : Math.round(durationMs)} ms`),
    ...(attempt === undefined || attempt < 2 ? [] : [`attempt ${attempt}`]),
    ...(fault === undefined ? [] : [yellow(printable(cut(fault)))]),
    ...(note === undefined ? [] : [dim(printable(cut(note)))]),
  ];
  return parts.join('  ');
}

/** `GetStages a1b2c3d4e5 deploymentId=vakw79 @my-test` */
export function describeSubject({
  session,
  operation,
  restApiId,
  parameters = {},
}: Pick<JournalEntry, 'session' | 'operation' | 'restApiId' | 'parameters'>): string {
  const filters = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  return [operation, restApiId, ...filters, session && `@${session}`]
    .filter((part) => part !== undefined)
    .join(' ');
}

function formatJson(entry: JournalEntry): string {
  return toJsonLine({ event: 'call', ...describeEntry(entry) });
}

/** An object as a line of its own. */
export function toJsonLine(object: object): string {
  return escapeUnprintable(JSON.stringify(object));
}

/** Clients choose what stands here: it must not fill the screen. */
function cut(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
