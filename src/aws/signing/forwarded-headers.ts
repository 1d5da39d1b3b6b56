import { type Call, headerEntries, headerValues, withoutHeaders } from '../../call.ts';

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

/**
 * What SDKs leave unsigned and a service may want to know: which representation, who asks, which attempt, by which way.
 * None of it makes another call of a call. [Requests of the AWS SDKs, as captured]
 */
const PASSED_ON_UNSIGNED = new Set([
  'accept',
  'accept-encoding',
  'amz-sdk-invocation-id',
  'amz-sdk-request',
  'amz-sdk-retry',
  // Of the body as it is, see forwardedHeaders.
  'content-length',
  'user-agent',
  'via',
  'x-amzn-trace-id',
]);

/** The JavaScript SDK v2 signs no `Content-Type`. Without it a body is taken for JSON, so that may be said unsigned. */
const JSON_TYPE = /^application\/(?:json|x-amz-json-1\.[01])(?:; *charset=utf-8)?$/i;

/** What is between two neighbours on the way stays there; the body is sent whole, with its length. */
export function forwardedHeaders(call: Call): string[] {
  const named = namedByConnection(call);
  const saysLength = ['content-length', 'transfer-encoding'].some(
    (name) => headerValues(call.headers, name).length > 0,
  );
  const kept = withoutHeaders(
    call.headers,
    (name) =>
      HOP_BY_HOP.has(name) ||
      name === 'content-length' ||
      named.has(name) ||
      name.startsWith('proxy-') ||
      name.startsWith('x-restage-'),
  );
  // In lower case: http-proxy looks for it so, and gives a DELETE without it the length 0.
  return saysLength ? [...kept, 'content-length', String(call.body.length)] : kept;
}

/** Those of a verified call that its client signed, and of the others what changes no meaning: anybody can have added them. */
export function verifiedHeaders(call: Call, signedHeaders: readonly string[]): string[] {
  return [...headerEntries(forwardedHeaders(call))].flatMap(([name, value]) => {
    const key = name.toLowerCase();
    const isPassedOn =
      signedHeaders.includes(key) ||
      PASSED_ON_UNSIGNED.has(key) ||
      (key === 'content-type' && JSON_TYPE.test(value));
    return isPassedOn ? [name, value] : [];
  });
}

/** The headers that the call's `Connection` says are for its neighbour alone, in lower case. */
export function namedByConnection({ headers }: Call): ReadonlySet<string> {
  const values = headerValues(headers, 'connection');
  // Not split by an expression with blanks in it: that searches a long run of them from each of its places.
  return new Set(values.flatMap((value) => value.toLowerCase().split(',')).map((name) => name.trim()));
}
