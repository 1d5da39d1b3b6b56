import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { readHead } from '../../../../src/http/server/message.ts';
import { Peer } from '../../../../src/http/server/peer.ts';

test.each<[string, number | undefined, number | undefined]>([
  ['attempt=2; max=3', 2, 3],
  ['ttl=20261110T120000Z; attempt=1; max=25', 1, 25],
  ['attempt=4', 4, undefined],
  ['max=3', undefined, 3],
  ['attempt=x; max=', undefined, undefined],
  ['', undefined, undefined],
])('%j says which attempt it is, and how many there may be', (value, attempt, maxAttempts) => {
  const socket = new Socket();
  const request = Object.assign(new IncomingMessage(socket), { rawHeaders: ['amz-sdk-request', value] });
  expect(readHead(request, new Peer(socket)).call).toMatchObject({ attempt, maxAttempts });
});
