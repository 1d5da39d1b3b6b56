import { expect, test } from 'vitest';
import { openWire, plain, startBareServer } from '../support/bare-server.ts';

const screen = ({ hosts }: { hosts: readonly string[] }) =>
  hosts[0] === 'localhost' ? undefined : plain(403, 'not you');

test.each([
  'Content-Length: 100',
  'Transfer-Encoding: chunked',
  'Content-Length: 100\r\nExpect: 100-continue',
])('a body (%s) is not read from whom the head refuses already', async (header) => {
  const server = await startBareServer({ screen });
  const wire = await openWire(server.port);
  wire.send(`POST / HTTP/1.1\r\nHost: evil.example\r\n${header}\r\n\r\n`);
  const answer = await wire.rest();

  // Not a byte of the body was sent, and no 100 either.
  expect(answer).toMatch(/^HTTP\/1\.1 403 [\s\S]+\r\nConnection: close\r\n[\s\S]+not you$/);
  expect(server.calls).toEqual([]);
});

test('a body that is announced is asked for, and read', async () => {
  const server = await startBareServer({ screen });
  const wire = await openWire(server.port);
  wire.send('POST /b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n');
  expect(await wire.until('\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  wire.send('xyz');

  expect(await wire.until('/b')).toMatch(/^HTTP\/1\.1 200 /);
  expect(Buffer.from(server.calls[0]?.body ?? []).toString()).toBe('xyz');
});

test('a body that is announced as too long is not asked for', async () => {
  const server = await startBareServer({ screen, limits: { bodyBytes: 10 } });
  const wire = await openWire(server.port);
  wire.send('POST /b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n');

  expect(await wire.rest()).toMatch(/^HTTP\/1\.1 413 /);
  expect(server.garbage).toMatchObject([{ type: 'RequestTooLargeException' }]);
});

test('a call without a body is answered without being screened', async () => {
  const server = await startBareServer({ screen });
  const wire = await openWire(server.port);
  wire.send('GET /a HTTP/1.1\r\nHost: evil.example\r\nExpect: 100-continue\r\n\r\n');

  expect(await wire.until('/a')).toMatch(/^HTTP\/1\.1 200 /);
});

test('a client that goes in the middle of its body is no mistake of anybody', async () => {
  const server = await startBareServer();
  const wire = await openWire(server.port);
  wire.send('POST /b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc');
  const other = await openWire(server.port);
  wire.socket.resetAndDestroy();
  other.send('GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await other.until('/a');
  await server.close(60_000);

  expect(server.errors).toEqual([]);
  expect(server.calls.map(({ target }) => target)).toEqual(['/a']);
});
