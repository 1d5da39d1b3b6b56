import { type Json, writePlain } from './stages.ts';

/** What the service answers, before anything goes wrong on the way. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** The value of `Content-Disposition`. */
  readonly contentDisposition?: string;
  /** The value of `x-amzn-ErrorType`. */
  readonly errorType?: string;
  readonly body: Buffer;
}

/** A JSON answer as the service gives it to `Accept: application/json`. */
export function plain(value: Json): Answer {
  return { status: 200, contentType: 'application/json', body: Buffer.from(writePlain(value)) };
}

/** An error in the service's shape. */
export function errorAnswer(status: number, errorType: string, message: string): Answer {
  return { ...plain({ message }), status, errorType };
}

/** The service's answer to an id or a name that it does not know. */
export function notFound(message: string): Answer {
  return errorAnswer(404, 'NotFoundException', message);
}

/** Whether the range that is wanted most (by q, then by how exact it is, then by place) is plain JSON. */
export function prefersPlain(rawHeaders: readonly string[]): boolean {
  const ranges = headerValue(rawHeaders, 'accept')
    .toLowerCase()
    .split(',')
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
      const q = Number(parameters.find((each) => each.startsWith('q='))?.slice(2) ?? 1);
      return { type, q };
    })
    .filter(({ type, q }) => q > 0 && EXACTNESS.includes(type))
    .sort((a, b) => b.q - a.q || isExact(b.type) - isExact(a.type));
  return ranges[0]?.type === 'application/json';
}

const EXACTNESS = ['application/json', 'application/hal+json', 'application/*', '*/*'];

function isExact(type: string): number {
  return type.includes('*') ? 0 : 1;
}

/** The values of a header, joined as one list; empty when it was not sent. */
export function headerValue(rawHeaders: readonly string[], name: string): string {
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name).join(',');
}
