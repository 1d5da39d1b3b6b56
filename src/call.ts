/** How a collection is written on the wire: with HAL links, or plain. */
export type Representation = 'hal' | 'json';

/** How a call was answered. */
export type Outcome = 'recorded' | 'replayed' | 'forwarded' | 'faulted' | 'missed' | 'refused';

/** HTTP headers as they stand on the wire: name, value, name, value, … */
export type RawHeaders = readonly string[];

/** One HTTP request as it stood on the wire, with the few headers that every call is looked at for. */
export interface Call {
  readonly method: string;
  /** Path and query, undecoded. */
  readonly target: string;
  /** `host[:port]` of an absolute-form target (the client uses restage as its forward proxy). */
  readonly authority: string | undefined;
  readonly headers: RawHeaders;
  readonly body: Uint8Array;
  /** Tells whether the client has gone. */
  readonly isAbandoned: () => boolean;
  /** Tells whether the other end of the connection is this machine. */
  readonly isFromLoopback: () => boolean;
  /** Every `Host` value that was sent; exactly one is right. */
  readonly hosts: readonly string[];
  /** Whether a browser sent this on behalf of a page: an `Origin`, or a foreign `Sec-Fetch-Site`. */
  readonly fromPage: boolean;
  readonly accept: string | undefined;
  /** Every `Authorization` value that was sent. */
  readonly authorizations: readonly string[];
  /** `amz-sdk-invocation-id`: one for all retries of a call. */
  readonly invocationId: string | undefined;
  /** `attempt=N` of `amz-sdk-request`. */
  readonly attempt: number | undefined;
}

/**
 * An answer's body: bytes, whole or as they come, or a binary string, one character a byte. The latter is for answers that
 * are made beforehand: it leaves in one with the head, and needs no encoding.
 */
export type Body = string | Uint8Array | AsyncIterable<Uint8Array>;

/** What a call is answered with. */
export interface Answer {
  readonly status: number;
  readonly headers: RawHeaders;
  readonly body: Body;
}

/** The UTF-8 bytes of a text as a binary string. */
export function toBinary(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** Yields name and value of each header. */
export function* headerEntries(headers: RawHeaders): Generator<readonly [name: string, value: string]> {
  for (let i = 0; i + 1 < headers.length; i += 2) yield [headers[i] ?? '', headers[i + 1] ?? ''];
}

/** The values of the header, in the order they were sent. */
export function headerValues(headers: RawHeaders, name: string): string[] {
  const values: string[] = [];
  for (const [key, value] of headerEntries(headers)) if (key.toLowerCase() === name) values.push(value);
  return values;
}

/** Without the headers whose lower-case name the predicate picks. */
export function withoutHeaders(headers: RawHeaders, isDropped: (name: string) => boolean): string[] {
  const kept: string[] = [];
  for (const [name, value] of headerEntries(headers))
    if (!isDropped(name.toLowerCase())) kept.push(name, value);
  return kept;
}
