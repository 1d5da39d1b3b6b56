import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';

/** One call of a program that ran, and its answer. */
export interface CapturedCall {
  /** What the program was doing: `apply`, `plan`, … */
  readonly phase: string;
  /** Seconds from the beginning of the first call. */
  readonly start: number;
  readonly end: number;
  readonly method: string;
  readonly target: string;
  readonly accept?: string;
  readonly body?: string;
  readonly status: number;
  /** The media type of the answer. */
  readonly type: string;
  readonly disposition?: string;
  readonly answer: Buffer;
}

type Row = Omit<CapturedCall, 'answer' | 'type'> & {
  readonly type?: string;
  readonly answer?: string;
  readonly base64?: string;
  readonly as?: number;
};

/** Calls in the order in which they began. In the file `as` is the place of a call that had the very same answer. */
export function readCapturedCalls(file: URL): CapturedCall[] {
  const rows: Row[] = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return rows.map(({ as, base64, answer, type = 'application/json', ...row }) => ({
    // Of version 2's operations no SDK says what it accepts.
    ...(!row.target.startsWith('/v2/') && { accept: 'application/json' }),
    ...row,
    type,
    answer:
      base64 === undefined
        ? Buffer.from((as === undefined ? answer : rows[as]?.answer) ?? '')
        : Buffer.from(base64, 'base64'),
  }));
}

type Sent = Pick<CapturedCall, 'method' | 'target' | 'body'>;
const keys = new WeakMap<Sent, string>();

/** What makes two calls the same: method, target, and the body whatever the order of its members. */
export function callKey(call: Sent): string {
  const { method, target, body = '' } = call;
  const known = keys.get(call);
  const key =
    known ?? `${method} ${target} ${body === '' ? '' : JSON.stringify(canonical(JSON.parse(body)))}`;
  keys.set(call, key);
  return key;
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, each]): [string, unknown] => [name, canonical(each)]);
  const inOrder = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    inOrder.map(([name, each]) => [name, name === 'patchOperations' ? byPath(each) : each]),
  );
}

function byPath(operations: unknown): unknown {
  const list = operations as Array<{ path: string }>;
  return list.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** An upstream that has the captured answers and nothing else: to each call in the order in which it had them. */
export function answersOf(calls: readonly CapturedCall[]): RequestListener {
  const left = new Map<string, CapturedCall[]>();
  for (const call of calls) {
    const key = callKey(call);
    left.set(key, [...(left.get(key) ?? []), call]);
  }
  return async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url: target = '' } = request;
    const found = left.get(callKey({ method, target, body: Buffer.concat(chunks).toString() }))?.shift();
    if (found === undefined) {
      // No client takes this for an answer of the service.
      response.writeHead(418).end(`${method} ${target} came once more than it was captured`);
      return;
    }
    response.writeHead(found.status, {
      'Content-Type': found.type,
      // 204 has no length.
      ...(found.status !== 204 && { 'Content-Length': found.answer.length }),
      ...(found.disposition !== undefined && { 'Content-Disposition': found.disposition }),
      ...(found.status === 404 && { 'x-amzn-ErrorType': 'NotFoundException' }),
    });
    response.end(found.answer);
  };
}
