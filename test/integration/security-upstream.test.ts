import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { credentials, readCassette, run, startService } from '../support/restage.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';
import { startUpstream } from '../support/upstream.ts';

const target = `/restapis/${sample.oneStage}/stages`;

describe('a hostile upstream', () => {
  test.each([301, 302, 307, 308])('that answers %i leads restage nowhere', async (status) => {
    const elsewhere = await startService();
    const upstream = await startUpstream((_, response) =>
      response.writeHead(status, { Location: elsewhere.url + target }).end(),
    );
    const restage = await run('record', { upstream });
    const answer = await sendSigned(restage.url, { target, credentials });

    expect(answer).toMatchObject({ status, headers: { 'x-restage-outcome': 'forwarded' } });
    expect(elsewhere.calls).toEqual([]);
    expect(await readCassette(restage.dir)).toEqual({});
  });

  test('is not unpacked beyond 8 MB, and others are answered meanwhile', async () => {
    const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024, ' '), { level: 9 });
    const upstream = await startUpstream((request, response) => {
      if (request.url !== target) response.end('{"item":[]}');
      else response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': bomb.length }).end(bomb);
    });
    const restage = await run('record', { upstream });
    const before = process.memoryUsage().rss;
    const [bombed, other] = await Promise.all([
      sendSigned(restage.url, { target, credentials }),
      sendSigned(restage.url, { target: '/restapis/other/stages', credentials }),
    ]);

    expect(bombed).toMatchObject({ status: 200, headers: { 'x-restage-outcome': 'forwarded' } });
    expect(bombed.body.equals(bomb)).toBe(true);
    expect(other.headers['x-restage-outcome']).toBe('recorded');
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });

  test.each([
    ['a type that is no name', 404, 'NotFound Exception; x=<script>'],
    ['a type of another status', 404, 'BadRequestException'],
    ['a type that is a path', 404, '../NotFoundException'],
  ])('that sends %s has nothing stored', async (_, status, type) => {
    const upstream = await startUpstream((_request, response) =>
      response.writeHead(status, { 'x-amzn-ErrorType': type }).end('{"message":"x"}'),
    );
    const restage = await run('record', { upstream });
    const answer = await sendSigned(restage.url, { target, credentials });

    expect(answer.headers['x-restage-outcome']).toBe('forwarded');
    expect(await readCassette(restage.dir)).toEqual({});
  });

  test('gets no secret, and of a client key nothing at all', async () => {
    const received: string[] = [];
    const upstream = await startUpstream((request, response) => {
      received.push(...request.rawHeaders, request.url ?? '');
      response.end('{"item":[]}');
    });
    const key = { accessKeyId: 'CLIENTKEY', secretAccessKey: 'client-secret', sessionToken: 'client-token' };
    const restage = await run('record', {
      upstream,
      'client-key': ['CLIENTKEY:client-secret'],
      'admin-token': 'sixteen-characters',
    });
    await sendSigned(restage.url, { target, credentials });
    const { sessionToken: _, ...permanent } = key;
    await sendSigned(restage.url, { target, credentials: permanent });

    expect(received.join('\n')).toMatch(/Credential=AKIDEXAMPLE\//);
    expect(received.join('\n')).not.toMatch(/example-secret|client-secret|CLIENTKEY|sixteen-characters/);
  });
});
