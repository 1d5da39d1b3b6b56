import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { TunnelReport } from '../../../src/cli/tunnel-report.ts';

const HOST = 'apigateway.us-east-1.amazonaws.com';

function report() {
  const lines: string[] = [];
  return { lines, tunnels: new TunnelReport((line) => lines.push(line)) };
}

/** What node:tls makes of a TLS alert. */
async function alertError(): Promise<Error> {
  const UNKNOWN_CA = Buffer.from('15030300020230', 'hex');
  const server = createServer((socket) => socket.end(UNKNOWN_CA)).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
  });
  await once(server, 'listening');
  const [error] = await once(
    connectTls({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' }),
    'error',
  );
  return error;
}

test('says which host it is, why, and what to do, in words that people can read', async () => {
  const { lines, tunnels } = report();
  tunnels.add(HOST, await alertError());

  expect(lines).toEqual([
    `Cannot read the calls to ${HOST}: tlsv1 alert unknown ca. Let the client trust the local CA: 'restage ca' says how.`,
  ]);
});

test('says the same once, however often clients try again', () => {
  const { lines, tunnels } = report();
  for (let i = 0; i < 5; i += 1) tunnels.add(HOST, new Error('no'));
  tunnels.add(HOST, new Error('another reason'));
  tunnels.add('apigateway.eu-west-1.amazonaws.com', new Error('no'));

  expect(lines).toHaveLength(3);
});

test('does not fill the memory with what clients make up', () => {
  const { lines, tunnels } = report();
  for (let i = 0; i < 1100; i += 1) tunnels.add(`apigateway.xx-made${i}-1.api.aws`, new Error('no'));

  expect(lines).toHaveLength(1000);
});
