import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { sendSigned } from '../support/stand-in/signed-request.ts';
import type { Random } from './random.ts';
import { credentials, type Outcome, outcomeOf, repeat, Victim, Witness } from './victim.ts';

const ODD = [
  '\r\n',
  '\0',
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  'null',
  '1e999',
  '-',
  '\\u0000',
  '\xff',
  '[['.repeat(2_000),
  '{"a":'.repeat(500),
  '"__proto__":{}',
  '000',
  '999',
  '102 ',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'Content-Length: 3\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Content-Encoding: gzip\r\n',
  'Connection: close\r\n',
  'Location: http://evil.example/\r\n',
  'x'.repeat(20_000),
  '{"stageName":"s"},'.repeat(3_000),
] as const;
const PLAIN =
  '{"item":[{"stageName":"prod","deploymentId":"vakw79","createdDate":1594390200,"methodSettings":{"*/*":{"loggingLevel":"INFO"}}}]}';
const HAL =
  '{"_links":{"self":{"href":"/restapis/a/stages"}},"_embedded":{"item":[{"stageName":"prod","_links":{"self":{"href":"/restapis/a/stages/prod"}}},{"stageName":"b"}]}}';

/** Answers as the service gives them, each with something wrong, for a restage that records them. */
export async function fuzzAnswers(random: Random, times: number): Promise<Outcome> {
  const seeds = [
    answer(PLAIN, 'application/json'),
    answer(HAL, 'application/hal+json'),
    answer('{"message":"Too Many Requests"}', 'application/json', '429 Too Many Requests'),
    answer('{"message":"Invalid API identifier"}', 'application/json', '404 Not Found'),
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${PLAIN.length.toString(16)}\r\n${PLAIN}\r\n0\r\n\r\n`,
    answer(gzipSync(PLAIN).toString('latin1'), 'application/json\r\nContent-Encoding: gzip'),
  ] as const;
  const upstream = createServer((socket) => {
    // Whoever leaves early is not its concern.
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(Buffer.from(random.mutate(random.pick([...seeds]), ODD), 'latin1')));
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const victim = await Victim.start([
    'record',
    '-c',
    'answers',
    '--upstream',
    `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
  ]);
  const witness = new Witness(victim.port, '/__restage/status');
  const failures: string[] = [];
  await repeat(times, 8, async (n) => {
    const call = sendSigned(victim.url, { target: `/restapis/api${n % 50}/stages`, credentials });
    const slow = new Promise<'slow'>((wake) => setTimeout(() => wake('slow'), 10_000).unref());
    // A broken answer may come to the client as one: then it is the client that says so.
    if ((await Promise.race([call.catch(() => undefined), slow])) === 'slow' && failures.length < 5)
      failures.push(`call ${n} was not answered in 10 s`);
  });
  upstream.close();
  return outcomeOf(victim, witness, times, failures);
}

function answer(body: string, type: string, status = '200 OK'): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nx-amzn-RequestId: 1\r\n\r\n${body}`;
}
