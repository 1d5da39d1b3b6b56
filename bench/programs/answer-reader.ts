/** An answer as it came. */
export interface Answer {
  /** In lower case, without the empty line. */
  readonly head: string;
  readonly body: Buffer;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** Takes the answers of one connection apart, each of which says how long it is, and of which only one is under way. */
export class AnswerReader {
  #rest: Buffer | undefined;

  /** Takes what came; gives the answer when it is complete. */
  add(chunk: Buffer): Answer | undefined {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = bytes.indexOf(END_OF_HEAD);
    const head = end < 0 ? '' : bytes.toString('latin1', 0, end).toLowerCase();
    const start = end + END_OF_HEAD.length;
    if (end < 0 || bytes.length < start + lengthIn(head)) {
      this.#rest = bytes;
      return undefined;
    }
    if (bytes.length > start + lengthIn(head)) throw new Error(`more than an answer came: ${head}`);
    this.#rest = undefined;
    return { head, body: bytes.subarray(start) };
  }
}

function lengthIn(head: string): number {
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer does not say how long it is: ${head}`);
  return Number(length);
}

/** Why the answer is not the right one, if so. */
export function flawOf(answer: Answer, right: Buffer, outcome: string | undefined): string | undefined {
  if (!answer.head.startsWith('http/1.1 200 ')) return `not a 200: ${answer.head}\n${answer.body}`;
  if (outcome !== undefined && !answer.head.includes(`\r\nx-restage-outcome: ${outcome}`))
    return `not ${outcome}: ${answer.head}`;
  // Other bytes may still say the same.
  if (answer.body.equals(right) || isSameJson(answer.body.toString(), right.toString())) return undefined;
  return `not what is recorded: ${answer.body}\nbut: ${right}`;
}

function isSameJson(a: string, b: string): boolean {
  return JSON.stringify(sorted(JSON.parse(a))) === JSON.stringify(sorted(JSON.parse(b)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, field]) => [name, sorted(field)]));
}
