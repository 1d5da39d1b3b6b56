import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { APIGatewayClient, GetStagesCommand } from '@aws-sdk/client-api-gateway';
import { describe, expect, test } from 'vitest';
import { FailureError, startRestage, UsageError, type View } from '../../src/index.ts';
import { ask, recordInto, runOn } from '../support/recorded.ts';
import { CASSETTE, readCassette, run, startService, temporaryFolder } from '../support/restage.ts';
import { sample } from '../support/stand-in.ts';

const API = sample.oneStage;
const stages = (api: string) => `/restapis/${api}/stages`;

/** A cassette with one API, and another without one. */
async function recorded() {
  const service = await startService();
  return { service, dir: await recordInto(service, [stages(API)]) };
}

async function listStages({ client }: View, restApiId: string = API): Promise<string[]> {
  const sdk = new APIGatewayClient(client);
  try {
    const { item = [] } = await sdk.send(new GetStagesCommand({ restApiId }));
    return item.map(({ stageName = '' }) => stageName);
  } finally {
    sdk.destroy();
  }
}

/** A call that wants nothing but to be told of. */
async function call({ url }: View, api: string = API): Promise<number> {
  return (await fetch(url + stages(api))).status;
}

function thrownBy(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}

describe("a program's restage", () => {
  test('and its sessions are ready for an SDK, each with faults, calls and a report of its own', async () => {
    const { dir } = await recorded();
    const restage = await run('replay', { dir });
    const [one, other] = await Promise.all([restage.session('one'), restage.session('other')]);
    expect(one.faults.add('throttle,first=1', { kind: 'latency', ms: 1 }).map(({ name }) => name)).toEqual([
      'throttle,first=1',
      'latency,ms=1',
    ]);

    expect(await listStages(one)).toHaveLength(1);
    expect(await listStages(other)).toHaveLength(1);
    expect(await listStages(restage)).toHaveLength(1);

    expect(one.url).toBe(`${restage.url}/@one`);
    expect(one.calls().map(({ status }) => status)).toEqual([429, 200]);
    expect(one.check('attempts<=1').passed).toBe(false);
    expect(one.faults.list()).toMatchObject([{ fired: 1 }, { fired: 1 }]);
    expect(other.calls().map(({ status }) => status)).toEqual([200]);
    expect(other.check('attempts<=1').passed).toBe(true);
    expect(other.retries().totals).toMatchObject({ calls: 1, faultedAttempts: 0 });
    // The server's journal has them all.
    expect(restage.calls()).toHaveLength(4);
    expect(restage.calls({ session: 'one' })).toHaveLength(2);
  });

  test('is led to by the environment that it gives, and says the mode and where it is', async () => {
    const { dir } = await recorded();
    const session = await (await run('replay', { dir })).session('s');
    const env = await session.environment({ PATH: '/bin', AWS_PROFILE: 'mine', RESTAGE_MODE: 'record' });
    expect(env).toMatchObject({
      PATH: '/bin',
      AWS_ENDPOINT_URL_API_GATEWAY: session.url,
      RESTAGE_URL: session.url,
      RESTAGE_MODE: 'replay',
      AWS_ACCESS_KEY_ID: 'AKIDRESTAGE',
      AWS_REGION: 'us-east-1',
    });
    expect(env.AWS_PROFILE).toBeUndefined();
  });

  test('leads a program whose tunnels it takes to the session by its user', async () => {
    const { dir } = await recorded();
    const restage = await run('replay', { dir, intercept: true, 'ca-dir': join(dir, 'ca') });
    const session = await restage.session('s');
    const { HTTPS_PROXY } = await session.environment({});
    expect(HTTPS_PROXY).toBe(`http://s:x@127.0.0.1:${restage.port}`);
    expect((await restage.environment({})).HTTPS_PROXY).toBe(restage.url);
  });

  test('gives clients what it signs with where it forwards', async () => {
    const service = await startService();
    const session = await (await run('passthrough', { upstream: service.url })).session('s');
    process.env.AWS_REGION = 'eu-west-1';
    try {
      const other = await (await run('passthrough', { upstream: service.url })).session('s');
      expect(await listStages(other)).toHaveLength(1);
      expect(other.calls()).toMatchObject([{ outcome: 'forwarded', region: 'eu-west-1' }]);
    } finally {
      delete process.env.AWS_REGION;
    }
    expect(session.client).not.toHaveProperty('region');
  });

  test('refuses a rule that cannot be understood at once, with what is known', async () => {
    const { faults } = await run('replay');
    expect(() => faults.add('conflict', 'trottle')).toThrow(UsageError);
    expect(() => faults.add('trottle')).toThrow(
      "there is no kind 'trottle'. Did you mean 'throttle'? Known kinds are throttle, ",
    );
    expect(() => faults.add('throttle,frist=1')).toThrow(/Did you mean 'first'\?/);
    expect(faults.list(), 'none of them').toEqual([]);
    // A trace holds ten lines: the test's own is the first.
    const [, line] = thrownBy(() => faults.add('trottle')).stack?.split('\n    at ') ?? [];
    expect(line).toContain('in-process.test.ts');
    faults.add('throttle');
    expect(() => faults.remove('trottle')).toThrow(
      "Cannot remove fault 'trottle': there is none of that name. Did you mean 'throttle'? Known are throttle.",
    );
    faults.remove('throttle');
    expect(faults.list()).toEqual([]);
    faults.add('conflict', 'internal');
    faults.clear();
    expect(faults.list()).toEqual([]);
  });

  test('tells calls by operation, API, status, outcome and time', async () => {
    const { dir } = await recorded();
    const time = { now: 1000 };
    const restage = await run('replay', { dir }, { now: () => time.now });
    await call(restage);
    time.now = 2000;
    await call(restage, 'unknown');
    await fetch(`${restage.url}/account`);
    const found = (filter: Parameters<View['calls']>[0]) =>
      restage.calls(filter).map(({ restApiId }) => restApiId);
    expect(found({})).toEqual([API, 'unknown', undefined]);
    expect(found({ operation: 'GetStages' })).toEqual([API, 'unknown']);
    expect(found({ operation: 'GetAccount' })).toEqual([undefined]);
    expect(found({ api: 'unknown' })).toEqual(['unknown']);
    expect(found({ status: 200 })).toEqual([API]);
    expect(found({ outcome: 'missed', api: undefined })).toEqual(['unknown', undefined]);
    expect(found({ since: 1001 })).toEqual(['unknown', undefined]);
    expect(found({ since: new Date(2000), operation: 'GetStages' })).toEqual(['unknown']);
    expect(found({ since: '1970-01-01T00:00:03Z' })).toEqual([]);
    expect(restage.misses().map(({ restApiId }) => restApiId)).toEqual(['unknown', undefined]);
  });

  test.each<[object, string]>([
    [{ operatoin: 'GetStages' }, "by 'operatoin': there is no such field. Did you mean 'operation'?"],
    [{ outcome: 'played' }, `by outcome "played": it cannot be one. Did you mean 'replayed'?`],
    [{ status: '200' }, 'by status "200": it cannot be one. It is a whole number.'],
    [{ since: 'yesterday' }, 'by since "yesterday": it cannot be one. It is a time.'],
    [{ api: 1 }, 'by api 1: it cannot be one. It is a text.'],
  ])('refuses to look for calls by %j', async (filter, words) => {
    const restage = await run('replay');
    expect(() => restage.calls(filter)).toThrow(words);
    await expect(restage.waitFor(1, filter)).rejects.toThrow(words);
  });

  test('keeps misses apart, however many calls come after, and counts what cannot be read as one', async () => {
    const { dir } = await recorded();
    mkdirSync(join(dir, CASSETTE, 'odd.json'));
    const session = await (await run('replay', { dir })).session('s');
    await call(session, 'unknown');
    await call(session, 'odd');
    for (let i = 0; i < 20; i += 1) await Promise.all(Array.from({ length: 60 }, () => call(session)));
    expect(session.calls({ outcome: 'missed' })).toEqual([]);
    expect(session.misses()).toMatchObject([
      { restApiId: 'unknown', outcome: 'missed', note: expect.stringContaining("not in cassette 'default'") },
      { restApiId: 'odd', outcome: 'refused' },
    ]);
  });
});

describe('waiting for calls', () => {
  test('ends when as many have ended as are meant, those of before included', async () => {
    const { dir } = await recorded();
    const restage = await run('replay', { dir });
    const session = await restage.session('s');
    await call(session);
    await call(restage);
    const waiting = session.waitFor(3, { operation: 'GetStages', status: 200 });
    const ofAll = restage.waitFor(5);
    await call(session, 'unknown');
    await call(session);
    await call(session);
    expect(await ofAll).toHaveLength(5);
    expect((await waiting).map(({ session, status }) => [session, status])).toEqual(
      Array(3).fill(['s', 200]),
    );
    expect(await session.waitFor(2, { status: 200 })).toHaveLength(3);
  });

  test('fails with how many there were when the time is over, or when it is closed', async () => {
    const { dir } = await recorded();
    const restage = await run('replay', { dir });
    const [session, other] = [await restage.session('s'), await restage.session('other')];
    await call(session);
    await expect(session.waitFor(2, { status: 200 }, { timeoutMs: 1 })).rejects.toThrow(
      new FailureError(
        `Cannot wait for 2 calls any longer: in 1 ms there came 1 that fit {"status":200}. Look at 'calls()', or wait longer.`,
      ),
    );
    const ends = [session.waitFor(2), other.waitFor(2), restage.waitFor(9)].map((wait) => wait.catch(String));
    await session.close();
    expect(await ends[0]).toMatch(/it was closed, and there came 1\./);
    await restage.close();
    expect(await Promise.all(ends.slice(1))).toEqual([
      expect.stringMatching(/it was closed, and there came 0\./),
      expect.stringMatching(/it was closed, and there came 1\./),
    ]);
  });

  test.each([
    [0, {}, 'Cannot wait for 0 calls'],
    [1.5, {}, 'Cannot wait for 1.5 calls'],
    [1, { timeoutMs: 0 }, 'Cannot wait for 0 ms'],
    [1, { timeoutMs: Number.NaN }, 'Cannot wait for NaN ms'],
    [1, { timeoutMs: 2 ** 31 }, 'Cannot wait for 2147483648 ms'],
  ])('for %f with %j is refused', async (count, options, words) => {
    const restage = await run('replay');
    await expect(restage.waitFor(count, {}, options)).rejects.toThrow(words);
  });
});

describe('what is never played', () => {
  test('is told of a session, and of the server as what no session has played', async () => {
    const service = await startService();
    const dir = await recordInto(service, [stages(API), stages(API), stages(sample.noStages)]);
    const restage = await run('replay', { dir });
    const [a, b] = [await restage.session('a'), await restage.session('b')];
    const unusedOf = async (view: View) =>
      (await view.unused()).map(({ restApiId, takes }) => [restApiId, takes]);
    const ids = [API, sample.noStages].sort();
    const takes = new Map([
      [API, 2],
      [sample.noStages, 1],
    ]);
    expect(await unusedOf(restage)).toEqual(ids.map((id) => [id, takes.get(id)]));
    await call(a);
    await call(b, sample.noStages);
    expect(await unusedOf(a)).toEqual([[sample.noStages, 1]]);
    expect(await unusedOf(b)).toEqual([[API, 2]]);
    expect(await unusedOf(restage)).toEqual([]);
    await a.reset();
    expect(await unusedOf(a), 'a reset makes no recording unused').toEqual([[sample.noStages, 1]]);
    await a.close();
    await b.close();
    expect(await unusedOf(restage), 'nor does the end of a session').toEqual([]);
  });

  test('is nothing where no recording is looked at, and told as an error where one cannot be read', async () => {
    const { dir, service } = await recorded();
    expect(await (await runOn('passthrough', dir, service)).unused()).toEqual([]);
    mkdirSync(join(dir, CASSETTE, 'odd.json'));
    await expect((await run('replay', { dir })).unused()).rejects.toThrow(FailureError);
  });
});

describe("a session's own folder", () => {
  test('makes one server serve cassettes of one name in many places', async () => {
    const service = await startService();
    const [here, there] = [await temporaryFolder(), await temporaryFolder()];
    for (const [dir, stageName] of [
      [here, 'here'],
      [there, 'there'],
    ] as const) {
      service.setStages(API, [{ stageName, deploymentId: 'abc123' }]);
      await recordInto(service, [stages(API)], { dir });
    }
    const restage = await run('replay');
    const sessions = await Promise.all([
      restage.session('a', { dir: here }),
      restage.session('b', { dir: there }),
      restage.session('c', { dir: join(there, '..', there.split('/').at(-1) ?? '') }),
    ]);
    expect(await Promise.all(sessions.map((session) => listStages(session)))).toEqual([
      ['here'],
      ['there'],
      ['there'],
    ]);
    expect(await call(restage), 'the server has its own').toBe(400);
    expect(sessions.map(({ dir, cassette }) => [dir, cassette])).toEqual([
      [here, CASSETTE],
      [there, CASSETTE],
      [expect.stringContaining(there), CASSETTE],
    ]);
  });

  test('is recorded to, with a lock and checks of its own, and is for no caller to choose', async () => {
    const service = await startService();
    const restage = await run('record', { upstream: service.url });
    const dir = await temporaryFolder();
    const session = await restage.session('s', { dir, cassette: 'own' });
    expect((await ask(restage.url, service, `/@s${stages(API)}`)).outcome).toBe('recorded');
    await expect(
      startRestage('record', { dir, cassette: 'own', port: 0, upstream: service.url }),
    ).rejects.toThrow(/is recording to it/);
    await session.close();
    expect(Object.keys(await readCassette(dir, 'own'))).toEqual([`${API}.json`]);
    expect(await readCassette(restage.dir)).toEqual({});

    symlinkSync(dir, join(restage.dir, 'linked'), 'dir');
    mkdirSync(join(restage.dir, 'real'));
    symlinkSync(join(dir, 'own'), join(restage.dir, 'real', 'own'), 'dir');
    await expect(restage.session('t', { dir: join(restage.dir, 'real'), cassette: 'own' })).rejects.toThrow(
      /the folder is a link to another place/,
    );

    const answer = await fetch(`${restage.url}/__restage/sessions`, {
      method: 'POST',
      body: JSON.stringify({ name: 'u', dir }),
    });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('there is no field \\"dir\\"'),
    ]);
  });
});

describe('the life of a session', () => {
  test.each<[string, () => Parameters<Awaited<ReturnType<typeof run>>['session']>, string]>([
    ['a name that is none', () => ['../x'], 'Cannot make session "../x": its name must be 1 to 64'],
    ['no name', () => ['' as string], 'Cannot make session "": its name must be'],
    ['an unknown option', () => ['s', { casette: 'x' } as object], `Did you mean 'cassette'?`],
    ['an unknown order', () => ['s', { order: 'looop' } as object], `Did you mean 'loop'?`],
    ['an unknown mode', () => ['s', { mode: 'reply' } as object], `Did you mean 'replay'?`],
    ['more than its server can', () => ['s', { mode: 'record' }], 'cannot be in mode'],
    ['a cassette out of the folder', () => ['s', { cassette: '../x' }], 'Cannot use cassette "../x"'],
    ['an endless life', () => ['s', { idleSeconds: 0 }], 'from 1 to 86400'],
    ['a command of two lines', () => ['s', { recordWith: 'a\nb' }], 'is a line of 1 to 1000 characters'],
    ['a rule that is none', () => ['s', { faults: ['trottle'] }], `Did you mean 'throttle'?`],
    ['a mode of a slip', () => ['s', { faults: 'trottle' }], `Did you mean 'throttle'?`],
  ])('does not begin with %s', async (_, args, words) => {
    const restage = await run('replay');
    const error = await restage.session(...args()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain(words);
  });

  test('begins once for a name, with a clear error for the second', async () => {
    const restage = await run('replay');
    const both = await Promise.allSettled([restage.session('s'), restage.session('s')]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expect(restage.session('s')).rejects.toThrow(
      new FailureError(
        "Cannot make session 's': there is one already. Remove it first, or choose another name.",
      ),
    );
  });

  test('ends once: what is asked of it later is refused, and it can be made again', async () => {
    const { dir } = await recorded();
    const restage = await run('replay', { dir });
    const session = await restage.session('s', { faults: 'throttle' });
    await Promise.all([session.close(), session.close()]);
    await session.close();
    await expectClosed(session, /^FailureError: Cannot use session 's': it has ended\. Make it again/);
    const late = await fetch(session.url + stages(API));
    expect([late.status, late.headers.get('x-amzn-errortype'), await late.text()]).toEqual([
      400,
      'SessionEndedException',
      expect.stringContaining("Cannot enter session 's': whoever made it has closed it, "),
    ]);
    const again = await restage.session('s');
    expect(await call(again)).toBe(200);
    await session.close();
    expect(await call(again), 'the end of the first is not that of the second').toBe(200);
    expect(again.calls()).toHaveLength(2);
    await session[Symbol.asyncDispose]();
  });

  test('ends with a call of control, after its time, and with its server', async () => {
    const { dir } = await recorded();
    let elapsed = 0;
    const restage = await run('replay', { dir }, { elapsed: () => elapsed });
    const removed = await restage.session('removed');
    await fetch(`${restage.url}/__restage/sessions/removed`, { method: 'DELETE' });
    await expectClosed(removed, /it has ended/);
    const idle = await restage.session('idle', { idleSeconds: 1 });
    const left = await restage.session('left');
    elapsed = 1000;
    await fetch(`${restage.url}/__restage/sessions`);
    await expectClosed(idle, /it has ended/);
    expect(left.calls()).toEqual([]);
    await restage.close();
    await expectClosed(left, /it has ended/);
    await expectClosed(
      restage,
      /^FailureError: Cannot use this restage: it was closed\. Start another one\./,
    );
    await expect(restage.session('late')).rejects.toThrow('it was closed');
    expect(() => restage.setFaults([])).toThrow('it was closed');
    await Promise.all([restage.close(), removed.close(), idle.close(), left.close()]);
  });

  /** Everything but its end is refused. */
  async function expectClosed(view: View, error: RegExp): Promise<void> {
    const said = await Promise.all(
      [
        () => view.unused(),
        () => view.waitFor(1),
        () => view.reset(),
        () => view.discard(),
        () => view.environment(),
        () => view.faults.add('throttle'),
        () => view.faults.list(),
        () => view.faults.remove('throttle'),
        () => view.faults.clear(),
      ].map(async (use) => {
        try {
          return await use();
        } catch (reason) {
          return String(reason);
        }
      }),
    );
    for (const each of said) expect(each).toMatch(error);
    // What was can still be looked at.
    expect([view.calls(), view.misses(), view.retries(), view.check('none abandoned').passed]).toMatchObject([
      expect.any(Array),
      expect.any(Array),
      { totals: {} },
      expect.any(Boolean),
    ]);
  }
});

test('a program that awaits it with using has it closed', async () => {
  const { dir } = await recorded();
  const script = `
    import { startRestage } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
    const restage = await startRestage('replay', { dir: ${JSON.stringify(dir)}, port: 0 });
    const session = await restage.session('s');
    await session[Symbol.asyncDispose]();
    await restage[Symbol.asyncDispose]();
    console.log('over');`;
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  expect([stdout, status]).toEqual(['over\n', 0]);
});
