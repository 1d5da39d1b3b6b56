import { createHash, createHmac } from 'node:crypto';
import type { Claim } from './authorization.ts';
import type { SignableRequest } from './signable-request.ts';

/**
 * The signature that a client makes which takes path and query as they stand, as curl before 8.3 does: neither sorted nor
 * encoded, which SigV4 asks for. It is never accepted; whoever it is the reason for can be told. [SigV4's documentation]
 */
export function signVerbatim(
  { method, target, headers, body }: SignableRequest,
  { scopeDate, region, service, terminator, signedHeaders }: Claim,
  secretAccessKey: string,
): string {
  const mark = target.indexOf('?');
  const [path, query] = mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
  const lines = signedHeaders.map((name) => `${name}:${headers[name] ?? ''}\n`);
  const canonical = [method, path, query, lines.join(''), signedHeaders.join(';'), sha256(body)].join('\n');
  const scope = [scopeDate, region, service, terminator];
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope.join('/'), sha256(canonical)].join('\n');
  const key = scope.reduce<string | Buffer>((parent, part) => hmac(parent, part), `AWS4${secretAccessKey}`);
  return hmac(key, toSign).toString('hex');
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
