import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { readHead } from '../../../../src/http/server/message.ts';
import { Peer } from '../../../../src/http/server/peer.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test.each(['user-agent', 'amz-sdk-invocation-id'])(
  'what is kept of a long %s does not keep the whole of it',
  (name) => {
    const heads = 1000;
    const length = 15_000;
    const kept: unknown[] = [];
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < heads; i += 1) {
      const request = new IncomingMessage(new Socket());
      request.rawHeaders = [name, Buffer.alloc(length, `${i}x`).toString('latin1')];
      const { invocationId, client } = readHead(request, new Peer(request.socket)).call;
      kept.push([invocationId, client]);
    }
    collectGarbage();
    const grownBy = process.memoryUsage().heapUsed - before;
    expect(kept).toHaveLength(heads);
    expect(grownBy).toBeLessThan((heads * length) / 5);
  },
);
