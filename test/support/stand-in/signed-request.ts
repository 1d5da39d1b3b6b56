import { createHash, createHmac } from 'node:crypto';
import { type Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Credentials } from './signature.ts';

/** Headers by name. */
export type HeaderFields = Readonly<Record<string, string | readonly string[]>>;

/** A request to sign by hand, with what can be wrong about it. */
export interface RequestToSign {
  readonly method?: string;
  /** Path and query as they go on the wire. */
  readonly target: string;
  /** A list is a header that is sent several times. */
  readonly headers?: HeaderFields;
  readonly body?: string;
  readonly credentials: Credentials;
  /** Epoch milliseconds; the present if not given. */
  readonly date?: number;
  /** The date of the credential scope, `YYYYMMDD`; that of `date` if not given. */
  readonly scopeDate?: string;
  readonly service?: string;
  /** The region of the credential scope; `us-east-1` if not given. */
  readonly region?: string;
  /** Lower-case names of headers that are sent but not signed. */
  readonly unsigned?: readonly string[];
}

/** What a raw request was answered with. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly text: string;
}

/** The headers of a request and its Authorization, written after the specification of Signature Version 4. */
export function signedHeaders(url: string, request: RequestToSign): HeaderFields & { authorization: string } {
  const { credentials, body = '', service = 'apigateway', region = 'us-east-1', unsigned = [] } = request;
  const stamp = new Date(request.date ?? Date.now()).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const token =
    credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken };
  const headers: HeaderFields = {
    host: new URL(url).host,
    'x-amz-date': stamp,
    ...token,
    ...request.headers,
  };

  const signed = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), canonicalValue(value)] as const)
    .filter(([name]) => !unsigned.includes(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  const [path = '', query = ''] = request.target.split('?');
  const canonical = [
    request.method ?? 'GET',
    // The path of the wire is encoded once more for every service but S3.
    path.split('/').map(encodeFully).join('/'),
    canonicalQuery(query),
    ...signed.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    // Where the header is given it is what clients sign, right or wrong.
    headers['x-amz-content-sha256'] ?? sha256(body),
  ].join('\n');

  const scope = [request.scopeDate ?? stamp.slice(0, 8), region, service, 'aws4_request'];
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope.join('/'), sha256(canonical)].join('\n');
  const start = Buffer.from(`AWS4${credentials.secretAccessKey}`);
  const key = scope.reduce<Buffer>((previous, part) => hmac(previous, part), start);
  const credential = `Credential=${credentials.accessKeyId}/${scope.join('/')}`;
  const signature = hmac(key, toSign).toString('hex');
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

/** Sends a request as it is given: a target that nobody tidies up, and no header more than Node needs. */
export function send(
  url: string,
  target: string,
  headers: HeaderFields,
  options: { method?: string; body?: string; agent?: Agent } = {},
): Promise<RawAnswer> {
  const { body, ...others } = options;
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? httpsRequest : httpRequest;
    const sent = request(
      url,
      { ...others, path: target, headers: { ...(headers as Record<string, string | string[]>), ...length } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () => {
          const whole = Buffer.concat(chunks);
          const { statusCode: status = 0, headers: received, rawHeaders } = answer;
          resolve({ status, headers: received, rawHeaders, body: whole, text: whole.toString() });
        });
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

/** Signs a request and sends it. */
export function sendSigned(url: string, request: RequestToSign, agent?: Agent): Promise<RawAnswer> {
  const { method = 'GET', target, body } = request;
  const options = {
    method,
    ...(body === undefined ? {} : { body }),
    ...(agent === undefined ? {} : { agent }),
  };
  return send(url, target, signedHeaders(url, request), options);
}

function canonicalValue(value: string | readonly string[]): string {
  const values = typeof value === 'string' ? [value] : value;
  return values.map((each) => each.trim().replace(/\s+/g, ' ')).join(',');
}

/** Every name and value decoded and encoded fully, in order of their code units. */
function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => {
    const [name = '', value = ''] = pair.split('=').map(decodeURIComponent).map(encodeFully);
    return `${name}=${value}`;
  });
  return pairs.sort().join('&');
}

function encodeFully(text: string): string {
  const inHex = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, inHex);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
