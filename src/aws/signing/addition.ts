import { type Call, headerEntries } from '../../call.ts';
import { decodePercent, splitTarget } from '../apigateway/target.ts';
import type { Claim } from './authorization.ts';
import { namedByConnection } from './forwarded-headers.ts';

/**
 * What somebody on the way can add to a signed call without breaking its signature, though it changes what the call means.
 * All else that is not signed is not passed on.
 * @returns a hint for the log; nothing when the call is no more than what was signed.
 */
export function findAddition(call: Call, { signedHeaders }: Claim): string | undefined {
  for (const [name] of headerEntries(call.headers)) {
    const key = name.toLowerCase();
    if (signedHeaders.includes(key)) continue;
    if (comparable(key).startsWith('x-amz-')) return `its header ${key} is not signed`;
    if (asksForMethod(key)) return `its header ${key} asks for another method, and is not signed`;
  }
  // A length is worked out anew; any other would be taken away as if it had never been signed.
  const removed = [...namedByConnection(call)].find(
    (name) => signedHeaders.includes(name) && name !== 'content-length',
  );
  if (removed !== undefined && !signedHeaders.includes('connection'))
    return `its Connection, which is not signed, takes the signed header ${removed} away`;
  if (isPresigned(call)) return 'it is presigned besides, by parameters that no signature covers';
  // Its bytes cannot be told from a text that spells them out, since the two have one signature.
  const isUnreadable = splitTarget(targetOf(call)).query.some((pair) =>
    pair.some((text) => decodePercent(text) === undefined),
  );
  return isUnreadable ? 'a parameter is not percent-encoded UTF-8' : undefined;
}

/** Whether a parameter belongs to a signature that stands in the target. */
export function isPresigned(call: Call): boolean {
  return splitTarget(targetOf(call)).query.some(([name]) =>
    comparable(decodePercent(name) ?? name).startsWith('x-amz-'),
  );
}

/** A GET that asks to be taken for another method, in a header or a parameter, is none. */
export function isRead(call: Call): boolean {
  if (call.method !== 'GET' && call.method !== 'HEAD') return false;
  const isOverridden =
    [...headerEntries(call.headers)].some(([name]) => asksForMethod(name)) ||
    splitTarget(call.target).query.some(([name]) => asksForMethod(decodePercent(name) ?? name));
  return !isOverridden;
}

/** `X-HTTP-Method-Override`, `X_Method`, `_method`, … No header or parameter of the service has such a name. */
function asksForMethod(name: string): boolean {
  return /(?:^|-)method(?:-|$)/.test(comparable(name));
}

/** Many a server takes `_` in a name for `-`. */
function comparable(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

function targetOf(call: Call): string {
  return call.signedTarget ?? call.target;
}
