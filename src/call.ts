/** How a collection is written on the wire: with HAL links, or plain. */
export type Representation = 'hal' | 'json';

/** How a call was answered. */
export type Outcome = 'recorded' | 'replayed' | 'forwarded' | 'faulted' | 'missed' | 'refused';

/** How a call addresses restage: by a name of its own, or as a proxy on the way to the service's host. */
export type Addressing = 'own' | 'service';

/** HTTP headers as they stand on the wire: name, value, name, value, … */
export type RawHeaders = readonly string[];

/** One HTTP request as it stood on the wire, with the few headers that every call is looked at for. */
export interface Call {
  readonly method: string;
  /** Path and query, undecoded; without the session's prefix once that was taken off. */
  readonly target: string;
  /** The target as the client signed it, where that is not {@link target}. */
  readonly signedTarget: string | undefined;
  /** `host[:port]` of an absolute-form target, or of the tunnel that the call came through: restage is a forward proxy then. */
  readonly authority: string | undefined;
  /** `Proxy-Authorization`: the call's own, or that of the tunnel it came through. */
  readonly proxyAuthorization: string | undefined;
  readonly headers: RawHeaders;
  readonly body: Uint8Array;
  /** Tells whether the client has gone. */
  readonly isAbandoned: () => boolean;
  /** Tells once when the call is over: its answer has left, or its client has gone. To be asked while it is under way. */
  readonly whenOver: (listener: () => void) => void;
  /** Tells whether the other end of the connection is this machine. */
  readonly isFromLoopback: () => boolean;
  /** Who calls, to tell clients apart that send no {@link invocationId}: the address and the user agent. */
  readonly client: string;
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
  /** `max=N` of `amz-sdk-request`: how often the client may try. botocore does not say it. */
  readonly maxAttempts: number | undefined;
}

/**
 * An answer's body: bytes, whole or as they come, or a binary string, one character a byte. The latter is for answers that
 * are made beforehand: it leaves in one with the head, and needs no encoding.
 */
export type Body = string | Uint8Array | AsyncIterable<Uint8Array>;

/** How an answer is brought to the client, where that is not whole and at once. */
export type Delivery =
  /** Nothing is sent, and the connection stays open until the client closes it. */
  | { readonly type: 'hang' }
  /** The connection is reset (RST): before the status line, or after the head. */
  | { readonly type: 'reset'; readonly at: 'start' | 'headers' }
  /** So many bytes of the body, then the connection is closed. */
  | { readonly type: 'truncate'; readonly bytes: number }
  /** The head at once, the body slowly. */
  | { readonly type: 'drip'; readonly bytesPerSecond: number }
  /** Whole, then the connection is closed: the head may announce another length than the body has. */
  | { readonly type: 'close' };

/** What a call is answered with. */
export interface Answer {
  readonly status: number;
  readonly headers: RawHeaders;
  readonly body: Body;
  /** Whole and at once if absent. */
  readonly delivery?: Delivery | undefined;
}

/** The UTF-8 bytes of a text as a binary string. */
export function toBinary(text: string): string {
  // Of ASCII, which most texts are, it is the text itself.
  return /[^\x00-\x7f]/.test(text) ? Buffer.from(text).toString('latin1') : text;
}

/** The host name of `host[:port]`, as names are compared: in lower case, and without the final dot that it may have. */
export function hostnameOf(authority: string): string {
  return authority
    .replace(/:\d{1,5}$/, '')
    .replace(/\.$/, '')
    .toLowerCase();
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
