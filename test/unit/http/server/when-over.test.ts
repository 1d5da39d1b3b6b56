import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { whenOver } from '../../../../src/http/server/when-over.ts';

test.each(['answer', 'connection'])(
  'the end of the %s is told to all who wait, once, by one listener',
  async (end) => {
    const socket = new Socket();
    const response = new ServerResponse(new IncomingMessage(socket));
    const told: number[] = [];
    for (let i = 0; i < 20; i += 1) whenOver(socket, response, () => told.push(i));
    expect([socket.listenerCount('close'), response.listenerCount('close')]).toEqual([1, 1]);
    (end === 'answer' ? response : socket).emit('close');
    (end === 'answer' ? socket : response).emit('close');
    expect(told).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect([socket.listenerCount('close'), response.listenerCount('close')]).toEqual([0, 0]);
  },
);
