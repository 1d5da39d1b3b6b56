import { describe, expect, test } from 'vitest';
import { credentials, readCassette, run } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { startUpstream } from '../support/upstream.ts';

const PLAIN = { accept: 'application/json' };

describe('a path that is like that of an operation', () => {
  /** What is recorded: an API, its stages, its tags. */
  const ARN = 'arn:aws:apigateway:us-east-1::/restapis/a1';
  const recorded = ['/restapis', '/restapis/a1', '/restapis/a1/stages', `/tags/${encodeURIComponent(ARN)}`];

  async function replayRecorded() {
    const upstream = await startUpstream((request, response) => {
      const says = JSON.stringify({ item: [], says: request.url });
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(says);
    });
    const recording = await run('record', { upstream });
    for (const target of recorded) await sendSigned(recording.url, { target, headers: PLAIN, credentials });
    await recording.close();
    return run('replay', { dir: recording.dir });
  }

  test.each([
    ['one segment more', '/restapis/a1/stages/prod/more', /nearest: GetStage '/],
    ['a slash at the end', '/restapis/', /nearest: GetRestApis '/],
    ['a slash at the end of an API', '/restapis/a1/', /nearest: GetRestApi '/],
    ['an empty segment', '/restapis//stages', /nearest: GetRestApi/],
    ['an encoded slash, which divides nothing', '/restapis/a1%2Fstages', /GetRestApi of API 'a1\/stages'/],
    ['an encoded letter', '/restapis/a1/%73tages', /no operation/],
    ['a whole ARN that is not encoded', `/tags/${ARN}`, /nearest: GetTags '/],
    ['the ARN of another thing', `/tags/${encodeURIComponent(`${ARN}/stages/prod`)}`, /GetTags of API 'a1'/],
    ['no ARN', '/tags/restapis%2Fa1', /GetTags/],
  ])('with %s is missed, and plays nothing of another', async (_, target, said) => {
    const { url } = await replayRecorded();
    const answer = await send(url, target, PLAIN);
    expect(answer).toMatchObject({
      status: 400,
      headers: { 'x-amzn-errortype': 'RecordingNotFoundException', 'x-restage-outcome': 'missed' },
    });
    expect(JSON.parse(answer.text).message).toMatch(said);
  });

  test('is found where it is one: letters of names may be encoded', async () => {
    const { url } = await replayRecorded();
    const found = ['/restapis/%61%31', '/restapis/%611/stages', `/tags/${ARN.replaceAll('/', '%2f')}`];
    for (const [at, target] of found.entries())
      expect((await send(url, target, PLAIN)).headers['x-restage-outcome'], recorded[at + 1]).toBe(
        'replayed',
      );
  });
});

describe('a document that is to be recorded', () => {
  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  /** The same in a stage, and in what else the service tells of. */
  const places: ReadonlyArray<[name: string, target: string, wrap: (member: string) => string]> = [
    ['GetStages', '/restapis/a1/stages', (member) => `{"item":[{"stageName":"s",${member}}]}`],
    ['GetRestApi', '/restapis/a1', (member) => `{"id":"a1",${member}}`],
  ];

  test.each(
    places.flatMap(([name, target, wrap]) => [
      { what: 'of 30 MB', name, target, outcome: 'forwarded', body: wrap(`"x":"${'y'.repeat(30_000_000)}"`) },
      { what: 'nested 200 deep', name, target, outcome: 'forwarded', body: wrap(`"x":${nested(200)}`) },
      { what: 'nested 90 deep', name, target, outcome: 'recorded', body: wrap(`"x":${nested(90)}`) },
      {
        what: 'with a __proto__',
        name,
        target,
        outcome: 'recorded',
        body: wrap('"__proto__":{"status":404}'),
      },
    ]),
  )('$what is given to the client of $name as it came, and $outcome', async ({ target, outcome, body }) => {
    const upstream = await startUpstream((_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(body);
    });
    const recording = await run('record', { upstream });
    const answer = await sendSigned(recording.url, { target, headers: PLAIN, credentials });
    await recording.close();
    const replaying = await run('replay', { dir: recording.dir });
    const again = await send(replaying.url, target, PLAIN);

    expect(answer.text === body).toBe(true);
    expect(answer.headers['x-restage-outcome']).toBe(outcome);
    if (outcome === 'forwarded') {
      expect(await readCassette(recording.dir)).toEqual({});
      expect(again.headers['x-amzn-errortype']).toBe('RecordingNotFoundException');
    } else {
      expect(JSON.parse(again.text)).toEqual(JSON.parse(body));
      if (body.includes('__proto__')) expect(again.text).toContain('{"__proto__":{"status":404}');
      expect(({} as { status?: number }).status).toBeUndefined();
    }
  });
});
