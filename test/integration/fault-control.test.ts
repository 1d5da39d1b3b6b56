import { describe, expect, test } from 'vitest';
import { faultKinds } from '../../src/chaos/fault.ts';
import { presets } from '../../src/chaos/preset.ts';
import { getStages, type Running, run } from '../support/restage.ts';
import { send } from '../support/stand-in/signed-request.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const target = '/restapis/a1b2c3d4e5/stages';

/** Where control listens: the server's, or that of a session. */
const places = [
  ['the server', ''],
  ['a session', '/@worker'],
] as const;

/** Calls control; gives the status, the error's type and what was said. */
async function control(url: string, method: string, path: string, fields?: unknown) {
  const body = fields === undefined ? {} : { body: JSON.stringify(fields) };
  const { status, headers, text } = await send(url, path, {}, { method, ...body });
  return { status, type: headers['x-amzn-errortype'], said: JSON.parse(text) };
}

async function statusesOf(url: string, path: string, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < count; n += 1) statuses.push((await send(url, path, {})).status);
  return statuses;
}

describe.each(places)('faults of %s, steered while it runs', (_, prefix) => {
  const faults = `${prefix}/__restage/faults`;
  const stages = `${prefix}${target}`;

  test('are added, listed, changed and removed, and count', async () => {
    const { url } = await run('replay', {}, virtualClock());
    const added = await control(url, 'POST', faults, { kind: 'throttle', first: 2, name: 'storm' });
    const rule = { name: 'storm', kind: 'throttle', first: 2, for: 600 };

    expect(added).toMatchObject({ status: 200, said: { faults: [{ name: 'storm', rule, matched: 0 }] } });
    expect(await statusesOf(url, stages, 3)).toEqual([429, 429, 400]);
    expect((await control(url, 'GET', faults)).said).toEqual({
      phase: null,
      faults: [
        { name: 'storm', kind: 'throttle', rule, matched: 3, fired: 2, state: 'armed', endsInSeconds: 600 },
      ],
    });

    const changed = await control(url, 'PATCH', `${faults}/storm`, {
      kind: 'internal',
      first: null,
      every: 2,
    });
    expect(changed).toMatchObject({ status: 200, said: { kind: 'internal', matched: 0, fired: 0 } });
    expect(changed.said.rule).toEqual({ name: 'storm', kind: 'internal', every: 2, for: 600 });
    expect(await statusesOf(url, stages, 3)).toEqual([400, 500, 400]);
    expect((await control(url, 'GET', `${faults}/storm`)).said).toMatchObject({ matched: 3, fired: 1 });

    expect((await control(url, 'DELETE', `${faults}/storm`)).said).toEqual({ removed: 'storm' });
    expect(await statusesOf(url, stages, 2)).toEqual([400, 400]);
    expect(await control(url, 'GET', `${faults}/storm`)).toMatchObject({
      status: 404,
      type: 'FaultNotFoundException',
      said: { message: "Cannot find fault 'storm': there is none of that name. There are none." },
    });
  });

  test.each([
    'a/b',
    'a b',
    '100%',
    'größe 東京',
    '?x=1#y',
    "o'clock",
    '../..',
    'a&b+c',
    '%2F',
    ':name',
    '**',
  ])('are found by the name %j', async (name) => {
    const { url } = await run('replay', { fault: [{ kind: 'throttle', name: 'other' }] });
    const path = `${faults}/${encodeURIComponent(name)}`;
    expect((await control(url, 'POST', faults, { kind: 'conflict', name })).status).toBe(200);

    expect((await control(url, 'GET', path)).said).toMatchObject({ name, kind: 'conflict' });
    expect((await control(url, 'PATCH', path, { p: 0.5 })).said).toMatchObject({ name, rule: { p: 0.5 } });
    expect((await control(url, 'DELETE', path)).said).toEqual({ removed: name });
    expect((await control(url, 'GET', faults)).said.faults).toMatchObject([{ name: 'other' }]);
  });

  test('end by themselves: after 10 minutes, after what they say, or never', async () => {
    const clock = virtualClock();
    const { url } = await run('replay', {}, clock);
    for (const rule of [
      { kind: 'throttle', name: 'ten minutes', api: 'a' },
      { kind: 'conflict', name: 'a minute', api: 'b', for: 60 },
      { kind: 'internal', name: 'for ever', api: 'c', for: 0 },
      { kind: 'unavailable', name: 'later', api: 'd', from: 700 },
    ])
      expect((await control(url, 'POST', faults, rule)).status).toBe(200);
    const states = async () => {
      const { said } = await control(url, 'GET', faults);
      return said.faults.map(({ state, endsInSeconds }: Record<string, unknown>) => [state, endsInSeconds]);
    };
    const statuses = async () =>
      (
        await Promise.all(
          ['a', 'b', 'c', 'd'].map((api) => statusesOf(url, `${prefix}/restapis/${api}/stages`, 1)),
        )
      ).flat();

    expect(await states()).toEqual([
      ['armed', 600],
      ['armed', 60],
      ['armed', undefined],
      ['armed', 1300],
    ]);
    expect(await statuses()).toEqual([429, 409, 500, 400]);
    clock.advance(60_000);
    expect(await states()).toEqual([
      ['armed', 540],
      ['ended', undefined],
      ['armed', undefined],
      ['armed', 1240],
    ]);
    expect(await statuses()).toEqual([429, 400, 500, 400]);
    clock.advance(640_000);
    expect(await statuses()).toEqual([400, 400, 500, 503]);
    clock.advance(600_000);
    expect(await states()).toEqual([
      ['ended', undefined],
      ['ended', undefined],
      ['armed', undefined],
      ['ended', undefined],
    ]);
    expect(await statuses()).toEqual([400, 400, 500, 400]);
    // Whoever adds it again need not remove it first.
    expect(
      (await control(url, 'POST', faults, { kind: 'throttle', name: 'a minute', api: 'b' })).status,
    ).toBe(200);
    expect(await statuses()).toEqual([400, 429, 500, 400]);
  });

  test('are added by presets, which end by themselves, too', async () => {
    const { url } = await run('replay', {}, virtualClock());
    for (const [preset, { faults: specs }] of Object.entries(presets)) {
      const { status, said } = await control(url, 'POST', faults, { preset });
      expect([status, said.faults.length]).toEqual([200, specs.length]);
      expect(said.faults.map(({ endsInSeconds }: { endsInSeconds: number }) => endsInSeconds)).toEqual(
        specs.map(() => 600),
      );
    }
    expect((await control(url, 'DELETE', faults)).said).toEqual({ faults: [] });
    expect((await control(url, 'GET', faults)).said.faults).toEqual([]);
  });

  test.each<[method: string, path: string, fields: unknown, words: readonly string[]]>([
    ['POST', '', { kind: 'explode' }, ["'explode'", ...Object.keys(faultKinds)]],
    ['POST', '', { kind: 'throttle', frist: 2 }, ["'frist'", 'first', 'retry-after', 'region', 'burst']],
    ['POST', '', { kind: 'throttle', first: -1 }, ["'first'", '-1', '0 or more']],
    ['POST', '', { kind: 'latency', ms: -5 }, ["'ms'", '-5', '0 or more']],
    ['POST', '', { kind: 'throttle', rate: -1 }, ["'rate'", '-1', 'above 0']],
    ['POST', '', { kind: 'throttle', for: -1 }, ["'for'", '-1', '0 or more']],
    ['POST', '', { kind: 'throttle', p: 1.5 }, ["'p'", '1.5', 'from 0 to 1']],
    ['POST', '', { kind: 'throttle', cycle: '2/8', every: 2 }, ["'cycle'", "'every'"]],
    ['POST', '', { kind: 'throttle', cycle: '0/8' }, ["'cycle'", '"0/8"', 'FAIL/PASS']],
    ['POST', '', { kind: 'throttle', from: 10, until: 5 }, ["'from'", '10', "'until'", '5']],
    ['POST', '', { kind: 'throttle', for: 5, until: 5 }, ["'for'", "'until'"]],
    ['POST', '', { kind: 'throttle', burst: 40 }, ["'burst'", "'rate'"]],
    ['POST', '', { kind: 'throttle', region: 'mars' }, ["'region'", '"mars"']],
    [
      'POST',
      '',
      { kind: 'latency', distribution: 'even', ms: 1 },
      ["'distribution'", '"even"', 'log-normal'],
    ],
    ['POST', '', { kind: 'throttle', name: '..' }, ["'name'", '".."', 'dots alone']],
    ['POST', '', { kind: 'throttle', name: 'kept' }, ["'kept'", 'there is a rule of that name']],
    ['POST', '', { preset: 'armageddon' }, ["'armageddon'", ...Object.keys(presets)]],
    ['POST', '', {}, ["'kind'"]],
    ['POST', '', [], ['not a JSON object']],
    ['PATCH', '/kept', { every: 0 }, ["'every'", '0', '1 or more']],
    ['PATCH', '/kept', { cycle: '1/1', every: 2 }, ["'cycle'", "'every'"]],
    ['PATCH', '/kept', { nope: 1 }, ["'nope'", 'first']],
    ['PATCH', '/kept', { kind: 'nope' }, ["'nope'", 'throttle']],
    ['PATCH', '/kept', { name: 'other' }, ["'name'"]],
  ])('are refused and stay as they were: %s %s %j', async (method, path, fields, words) => {
    const { url } = await run('replay', {});
    await control(url, 'POST', faults, { kind: 'throttle', first: 2, name: 'kept' });
    expect(await statusesOf(url, stages, 1)).toEqual([429]);
    const refused = await control(url, method, faults + path, fields);

    expect(refused).toMatchObject({ status: 400, type: 'ControlRequestInvalidException' });
    for (const word of words) expect(refused.said.message).toContain(word);
    expect((await control(url, 'GET', faults)).said.faults).toMatchObject([
      { name: 'kept', matched: 1, fired: 1, rule: { kind: 'throttle', first: 2 } },
    ]);
    expect(await statusesOf(url, stages, 2)).toEqual([429, 400]);
  });

  test.each(['GET', 'PATCH', 'DELETE'])('that are not there: %s names those that are', async (method) => {
    const { url } = await run('replay', {});
    await control(url, 'POST', faults, { kind: 'throttle', name: 'this one' });
    const answer = await control(url, method, `${faults}/that`, method === 'PATCH' ? { p: 1 } : undefined);

    expect(answer).toMatchObject({ status: 404, type: 'FaultNotFoundException' });
    expect(answer.said.message).toContain("'that'");
    expect(answer.said.message).toContain('Known are this one');
  });
});

test('faults of a session are its own', async () => {
  const { url } = await run('replay', { fault: ['conflict,first=1,name=own'] });
  await control(url, 'POST', '/@worker/__restage/faults', { kind: 'throttle', name: 'storm' });
  await control(url, 'DELETE', '/@other/__restage/faults');

  expect(await statusesOf(url, `/@worker${target}`, 2)).toEqual([409, 429]);
  expect(await statusesOf(url, `/@other${target}`, 2)).toEqual([400, 400]);
  expect(await statusesOf(url, target, 2)).toEqual([409, 400]);
});

describe('what is told of faulted calls', () => {
  async function startFaulty(): Promise<Running> {
    return run('replay', {
      fault: ['throttle,first=2,name=storm', 'latency,ms=1,name=slow', 'not-found,name=rest'],
    });
  }
  const call = (url: string) =>
    getStages(url, { restApiId: 'a1b2c3d4e5' }, { maxAttempts: 3 }).catch(({ name }) => name);

  test.each(places)(
    'retries of %s: each attempt, the rule that answered, how it ended',
    async (_, prefix) => {
      const { url } = await startFaulty();
      expect(await call(`${url}${prefix}`)).toBe('NotFoundException');
      const { status, said } = await control(url, 'GET', `${prefix}/__restage/retries`);

      expect(status).toBe(200);
      expect(said).toMatchObject({
        totals: { calls: 1, attempts: 3, faultedAttempts: 3, retried: 1, gaveUp: 1, succeeded: 0 },
        waits: { count: 2 },
        calls: [
          {
            operation: 'GetStages',
            restApiId: 'a1b2c3d4e5',
            ending: 'gave up',
            attemptCount: 3,
            attempts: [
              { status: 429, outcome: 'faulted', fault: 'storm' },
              { status: 429, outcome: 'faulted', fault: 'storm' },
              { status: 404, outcome: 'faulted', fault: 'rest' },
            ],
          },
        ],
      });
      await control(url, 'POST', '/@stranger/__restage/reset');
      expect((await control(url, 'GET', '/@stranger/__restage/retries')).said.totals.calls).toBe(0);
    },
  );

  test('events show the rule that answered and those that fired; metrics count hits by rule', async () => {
    const { url } = await startFaulty();
    const events = await fetch(`${url}/__restage/events`);
    const reader = (events.body as ReadableStream<Uint8Array>)
      .pipeThrough(new TextDecoderStream())
      .getReader();
    await call(url);
    let text = '';
    while (text.split('event: call').length < 4) text += (await reader.read()).value ?? '';
    const entries = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data));

    expect(
      entries.map(({ outcome, status, fault, hits, attempt }) => [outcome, status, fault, hits, attempt]),
    ).toEqual([
      ['faulted', 429, 'storm', ['storm'], 1],
      ['faulted', 429, 'storm', ['storm'], 2],
      ['faulted', 404, 'rest', ['slow', 'rest'], 3],
    ]);
    const metrics = (await send(url, '/__restage/metrics', {})).text.split('\n');
    expect(metrics).toContain('restage_faults_total{rule="storm"} 2');
    expect(metrics).toContain('restage_faults_total{rule="slow"} 1');
    expect(metrics).toContain('restage_faults_total{rule="rest"} 1');
    expect(metrics).toContain('restage_calls_total{operation="GetStages",outcome="faulted"} 3');
    await reader.cancel();
  });

  test('metrics escape the names of rules', async () => {
    const { url } = await run('replay', { fault: [{ kind: 'throttle', name: 'a"b\\c' }] });
    await statusesOf(url, target, 1);

    expect((await send(url, '/__restage/metrics', {})).text.split('\n')).toContain(
      'restage_faults_total{rule="a\\"b\\\\c"} 1',
    );
  });
});
