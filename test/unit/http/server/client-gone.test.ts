import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startServer } from '../../../../src/http/server/server.ts';

test('a client that leaves a stream is no error', async () => {
  const errors: unknown[] = [];
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let parts = 0;
  /** One part, and then nothing until it is told that nobody reads any more. */
  const stream: AsyncIterator<Uint8Array> = {
    next: () => {
      parts += 1;
      return parts === 1
        ? Promise.resolve({ done: false, value: Buffer.from('one') })
        : new Promise<never>(() => {});
    },
    return: async () => {
      end();
      return { done: true, value: undefined };
    },
  };
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    answer: () => ({
      status: 200,
      headers: [],
      body: { [Symbol.asyncIterator]: () => stream },
    }),
    fail: (error) => ({ status: error.status, headers: [], body: '' }),
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => server.close(0));
  const socket = connect(server.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
  socket.once('data', () => socket.destroy());
  await ended;
  for (let i = 0; i < 5; i += 1) await turn();
  expect(errors).toEqual([]);
});
