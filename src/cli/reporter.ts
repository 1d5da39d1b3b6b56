import type { JournalEntry } from '../journal/entry.ts';
import type { LogFormat } from '../settings/options.ts';
import { Log, toJsonLine } from './log.ts';
import { type Colors, colorsFor, type Look, lookOf, type TextStream } from './look.ts';
import { printable, printableLines } from './printable.ts';

/** Something to say besides the calls. */
export interface Notice {
  /** What happened, for programs to tell one notice from another. */
  readonly event: string;
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
  /** What the message says, in parts, for programs. */
  readonly facts?: object;
}

const PLAIN: Look = { width: 100, color: false };

/** Says everything that restage says on stderr: text for people or, in `json`, one object a line and nothing else. */
export class Reporter {
  readonly #stream: TextStream;
  readonly #color: boolean;
  #format: LogFormat | undefined;
  #log: Log | undefined;

  constructor(stream: TextStream, format?: unknown, env = process.env) {
    this.#stream = stream;
    this.#color = lookOf(stream, env).color;
    this.expect(format);
  }

  /** What the format will be, as far as that can be told before settings are checked. */
  expect(format: unknown): void {
    if (format === 'json') this.setFormat(format);
  }

  setFormat(format: LogFormat): void {
    if (format === this.#format) return;
    this.#format = format;
    const write = (text: string) => this.#stream.write(text);
    this.#log = format === 'silent' ? undefined : new Log({ format, color: this.#color }, write);
    if (format === 'json') this.#takeWarnings();
  }

  get isSilent(): boolean {
    return this.#format === 'silent';
  }

  call(entry: JournalEntry): void {
    this.#log?.add(entry);
  }

  say({ event, level, message, facts }: Notice): void {
    this.#write(
      () => ({ event, level, message, ...facts }),
      ({ dim, yellow, red }) => {
        const paint = { info: dim, warning: yellow, error: red }[level];
        return `${paint(printable(message))}\n`;
      },
    );
  }

  /** Says what looks otherwise than a line of one colour: whatever others chose in it must be made printable before. */
  show({ event, level, facts }: Omit<Notice, 'message'>, render: (look: Look) => string): void {
    this.#write(
      () => ({ event, level, message: render(PLAIN).trim(), ...facts }),
      () => render({ ...lookOf(this.#stream), color: this.#color }),
    );
  }

  /** Says what no one foresaw, with its trace when that is asked for. */
  fail(message: string, error: unknown, facts: object = {}): void {
    const stack = process.env.DEBUG === 'restage' && error instanceof Error ? error.stack : undefined;
    this.say({
      event: 'error',
      level: 'error',
      message,
      facts: { ...facts, ...(this.#format === 'json' && stack !== undefined && { stack }) },
    });
    if (this.#format !== 'json' && stack !== undefined) this.#stream.write(`${printableLines(stack)}\n`);
  }

  /** Writes what is held back of the log. */
  flush(): void {
    this.#log?.flush();
  }

  #write(toObject: () => object, toText: (colors: Colors) => string): void {
    // What was called before stands before it.
    this.flush();
    this.#stream.write(
      this.#format === 'json'
        ? `${toJsonLine({ at: new Date().toISOString(), ...toObject() })}\n`
        : toText(colorsFor(this.#color)),
    );
  }

  /** Node.js writes its warnings as text; whoever told it to write none gets none. */
  #takeWarnings(): void {
    if (process.listenerCount('warning') === 0) return;
    process.removeAllListeners('warning');
    process.on('warning', ({ name, message }) =>
      this.say({ event: 'warning', level: 'warning', message: `${name}: ${message}`, facts: { name } }),
    );
  }
}

/** The format that the arguments or `RESTAGE_LOG` ask for, before either is checked. */
export function askedFormat(own: readonly string[], env: NodeJS.ProcessEnv): string | undefined {
  const at = own.findLastIndex((arg) => arg === '--log' || arg.startsWith('--log='));
  if (at < 0) return env.RESTAGE_LOG;
  return own[at] === '--log' ? own[at + 1] : own[at]?.slice('--log='.length);
}
