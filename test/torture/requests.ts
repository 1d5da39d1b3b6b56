import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { signedHeaders } from '../support/stand-in/signed-request.ts';
import type { Random } from './random.ts';
import { credentials, exchange, folder, type Outcome, outcomeOf, repeat, Victim, Witness } from './victim.ts';

const TARGET = '/restapis/a1b2c3d4e5/stages';
const ODD = [
  '\r\n',
  '\n',
  '\0',
  ' ',
  '\t',
  '%00',
  '%2f',
  '%ff',
  '..',
  '//',
  '?',
  '#',
  '@',
  ':',
  ';',
  '\x7f',
  '\xff',
  '-1',
  '99999999999999999999',
  'chunked',
  'Content-Length: 5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Host: x\r\n',
  'Expect: 100-continue\r\n',
  'Upgrade: h2c\r\n',
  'X-HTTP-Method-Override: DELETE\r\n',
  'CONNECT ',
  'http://evil.example',
  '/@',
  '/__restage/',
  '{"a":',
  '__proto__',
  'x'.repeat(17_000),
  'a: b\r\n'.repeat(250),
] as const;

/** Requests as clients send them, each with something wrong, to a replaying restage with every way in open. */
export async function fuzzRequests(random: Random, times: number): Promise<Outcome> {
  cpSync('cassettes', join(folder, 'cassettes'), { recursive: true });
  const args = [
    'replay',
    '-c',
    'example',
    '--fault',
    'throttle,p=0.1,per=key',
    '--intercept',
    '--ca-dir',
    join(folder, 'ca'),
  ];
  const victim = await Victim.start(args);
  // A tenth of all calls is throttled.
  const witness = new Witness(victim.port, TARGET, /^HTTP\/1\.1 (?:200|429) /);
  const seeds = requestsTo(victim.url);
  await repeat(times, 16, async () => {
    await exchange(victim.port, random.mutate(random.pick(seeds), ODD), 100);
  });
  return outcomeOf(victim, witness, times);
}

function requestsTo(url: string): [string, ...string[]] {
  const signed = (method: string, target: string, body = ''): string =>
    request(method, target, signedHeaders(url, { method, target, credentials, body }), body);
  const host = { host: new URL(url).host };
  return [
    signed('GET', TARGET),
    signed('GET', `${TARGET}?deploymentId=vakw79`),
    signed('POST', '/restapis', '{"name":"a"}'),
    signed(
      'PATCH',
      '/@s1/restapis/a/stages/b',
      '{"patchOperations":[{"op":"replace","path":"/x","value":"y"}]}',
    ),
    request('GET', '/@s2/restapis/a1b2c3d4e5/stages', host),
    request('HEAD', TARGET, host),
    request('GET', `http://apigateway.us-east-1.amazonaws.com${TARGET}`, {
      host: 'apigateway.us-east-1.amazonaws.com',
    }),
    request('CONNECT', 'apigateway.us-east-1.amazonaws.com:443', {
      host: 'apigateway.us-east-1.amazonaws.com:443',
    }),
    request('GET', '/__restage/status', host),
    request('GET', '/__restage/calls?limit=10', host),
    request('POST', '/__restage/faults', host, '{"kind":"throttle","first":2}'),
    request('POST', '/__restage/sessions', host, '{"name":"s3","faults":[{"kind":"latency","ms":1}]}'),
    request('DELETE', '/__restage/sessions/s3', host),
    request('POST', TARGET, { ...host, 'transfer-encoding': 'chunked' }, '3\r\nabc\r\n0\r\n\r\n'),
  ];
}

function request(method: string, target: string, headers: object, body = ''): string {
  const length = body === '' || 'transfer-encoding' in headers ? {} : { 'content-length': body.length };
  const fields = Object.entries({ ...headers, ...length }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${fields.join('')}\r\n${body}`;
}
