import aws4 from 'aws4';
import type { Credentials } from '../../src/aws/signing/signature.ts';
import type { Call } from '../../src/call.ts';
import { makeCall } from './make-call.ts';
import { type RequestToSign, signedHeaders } from './stand-in/signed-request.ts';

/** Where clients of these tests think that restage listens. */
export const OWN_URL = 'http://127.0.0.1:8480';
export const NOW = new Date('2026-02-03T04:05:06Z');
export const TARGET = '/restapis/a1b2c3d4e5/stages';
export const permanent = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-secret' } as const;
export const temporary = {
  accessKeyId: 'ASIASESSION',
  secretAccessKey: 'other/secret+1',
  sessionToken: 'tok/en+1==',
} as const;

/** A call signed after the specification; `url` names the host that it is signed for. */
export function signedCall(request: Partial<RequestToSign> = {}, url = OWN_URL, requestLine?: string): Call {
  const complete = { target: TARGET, credentials: permanent, date: NOW.getTime(), ...request };
  const headers = Object.entries(signedHeaders(url, complete)).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).flatMap((each) => [name, each]),
  );
  const { method = 'GET', target, body } = complete;
  return makeCall({
    method,
    target: requestLine ?? target,
    headers,
    ...(body !== undefined && { body }),
  });
}

/** What aws4 is to sign. */
export interface Aws4Parts {
  readonly target?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly credentials?: Credentials;
  readonly region?: string;
}

/** A call signed by aws4, an implementation that shares nothing with restage's. */
export function callSignedByAws4(parts: Aws4Parts = {}): Call {
  const { target = TARGET, method = 'GET', body, region = 'us-east-1' } = parts;
  const credentials: Credentials = parts.credentials ?? permanent;
  const given = {
    Host: '127.0.0.1:8480',
    'X-Amz-Date': NOW.toISOString().replace(/[-:]|\.\d{3}/g, ''),
    ...(credentials.sessionToken !== undefined && { 'X-Amz-Security-Token': credentials.sessionToken }),
    ...parts.headers,
  };
  const names = Object.keys(given).map((name) => [name.toLowerCase(), true] as const);
  const request: aws4.Request & { extraHeadersToInclude: Record<string, boolean> } = {
    method,
    path: target,
    headers: { ...given },
    service: 'apigateway',
    region,
    ...(body !== undefined && { body }),
    // aws4 leaves `user-agent` and others out unless it is told.
    extraHeadersToInclude: Object.fromEntries(names),
  };
  const { headers = {} } = aws4.sign(request, {
    ...credentials,
    sessionToken: credentials.sessionToken ?? '',
  });
  return makeCall({
    method,
    target,
    headers: Object.entries(headers).flatMap(([name, value]) => [name, String(value)]),
    ...(body !== undefined && { body }),
  });
}

/** The same call with its `Authorization` changed. */
export function withAuthorization(call: Call, change: (authorization: string) => string): Call {
  const { headers, body, method, target } = call;
  const changed = headers.map((value, index) =>
    index % 2 === 1 && headers[index - 1]?.toLowerCase() === 'authorization' ? change(value) : value,
  );
  return { ...makeCall({ method, target, headers: changed }), body };
}

/** The same call with more headers, which are not signed. */
export function withHeaders(call: Call, headers: readonly string[]): Call {
  const { body, method, target } = call;
  return { ...makeCall({ method, target, headers: [...call.headers, ...headers] }), body };
}
