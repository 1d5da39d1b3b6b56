import { mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { options } from '../../src/settings/options.ts';
import { runRestage } from '../support/cli.ts';
import { requestHead, sendRaw } from '../support/raw.ts';
import { ask } from '../support/recorded.ts';
import { CASSETTE, run, startService, temporaryFolder } from '../support/restage.ts';
import { sample } from '../support/stand-in.ts';

const API = sample.oneStage;
const target = `/restapis/${API}/stages`;

/** A folder of cassettes with one file of the cassette in use. */
async function folderWith(text: string): Promise<string> {
  const dir = await temporaryFolder();
  await mkdir(join(dir, CASSETTE));
  await writeFile(join(dir, CASSETTE, `${API}.json`), text);
  return dir;
}

function fileOf(...takes: object[]): string {
  const shared = { representation: 'json', region: 'us-east-1', recordedAt: '2024-01-01T00:00:00Z' };
  const interaction = { operation: 'GetStages', takes: takes.map((take) => ({ ...shared, ...take })) };
  return JSON.stringify({ restage: 1, restApiId: API, interactions: [interaction] });
}

describe('a doctored cassette', () => {
  test.each(['X\r\nSet-Cookie: a=b', 'X\nY', 'X\u0000', 'X: y', '', 'é'])(
    'puts no header of type %j into an answer',
    async (type) => {
      const dir = await folderWith(fileOf({ status: 404, error: { type, message: 'x' } }));
      const running = await run('replay', { dir });
      const answer = await sendRaw(running.port, requestHead(`GET ${target}`, { Host: 'localhost' }));

      expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]+x-amzn-ErrorType: CassetteUnreadableException\r\n/);
      expect(answer).not.toMatch(/^Set-Cookie/im);
      expect(running.errors).toEqual([]);
    },
  );

  test('pollutes no prototype, and what it holds under such names is only told', async () => {
    const odd = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"stageName":"a"}';
    const text = fileOf({ status: 200, stages: ['PLACE'] }).replace('"PLACE"', odd);
    const running = await run('replay', { dir: await folderWith(text) });
    const answer = await fetch(running.url + target, { headers: { accept: 'application/json' } });

    expect(await answer.text()).toContain('"__proto__":{"polluted":1}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test.each(['[', '{"a":'])('that nests %j a million deep fails its own calls alone', async (part) => {
    const dir = await folderWith(
      `{"restage":1,"restApiId":"${API}","interactions":${part.repeat(1_000_000)}`,
    );
    const running = await run('replay', { dir });

    expect((await fetch(running.url + target)).headers.get('x-amzn-errortype')).toBe(
      'CassetteUnreadableException',
    );
    expect((await fetch(`${running.url}/restapis/other/stages`)).status).toBe(400);
    expect(running.errors).toEqual([]);
  });

  /** Links that are planted while restage records, by what is called `moved` afterwards. */
  const links: ReadonlyArray<[string, (dir: string) => string]> = [
    ['of the file', (dir) => join(dir, CASSETTE, `${API}.json`)],
    ['of the folder', (dir) => join(dir, CASSETTE)],
    ['of the folder of cassettes', (dir) => dir],
  ];

  describe.each(['record', 'auto'] as const)('in %s', (mode) => {
    test.each(links)(
      'has nothing written through a link that takes the place %s meanwhile',
      async (_, placeOf) => {
        const service = await startService();
        const dir = join(await temporaryFolder(), 'cassettes');
        const outside = await temporaryFolder();
        await mkdir(join(outside, CASSETTE));
        await writeFile(join(outside, 'file'), 'as it was');
        const running = await run(mode, { dir, upstream: service.url });
        expect((await ask(running.url, service, target)).outcome).toBe('recorded');
        const place = placeOf(dir);
        await rename(place, `${place}.moved`);
        await symlink(place.endsWith('.json') ? join(outside, 'file') : outside, place);

        const { outcome } = await ask(running.url, service, `${target}?deploymentId=x`);
        expect(outcome).toBe('forwarded');
        expect(running.failures[0]?.message).toMatch(
          /^Cannot (?:save a recording|record) to '.+': .+\. .+\.$/,
        );
        expect(await readFile(join(outside, 'file'), 'utf8')).toBe('as it was');
        expect((await readdir(outside, { recursive: true })).sort()).toEqual([CASSETTE, 'file']);
        await running.close();
        expect((await readdir(outside, { recursive: true })).sort()).toEqual([CASSETTE, 'file']);
      },
    );
  });

  test('with a link for a lock is not recorded to, and what the link leads to stays', async () => {
    const dir = await temporaryFolder();
    await writeFile(join(dir, 'outside'), 'as it was');
    await mkdir(join(dir, CASSETTE));
    await symlink('../outside', join(dir, CASSETTE, '.lock'));

    await expect(run('record', { dir })).rejects.toThrow(/is no lock of restage/);
    expect(await readFile(join(dir, 'outside'), 'utf8')).toBe('as it was');
  });
});

describe('a doctored config file', () => {
  const personal = options.filter(({ isPersonal }) => isPersonal).map(({ name }) => name);

  test.each(personal)('does not decide on --%s, and nothing is started', async (name) => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'restage.config.json'), JSON.stringify({ [name]: true, port: 0 }));
    const { status, stdout, stderr } = await runRestage(['replay'], { cwd });

    expect(stderr).toMatch(
      new RegExp(`^Cannot take '${name}' from 'restage\\.config\\.json': a file of a checkout`),
    );
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  test('does not open the port to others by itself', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'restage.config.json'), JSON.stringify({ host: '0.0.0.0', port: 0 }));
    const { status, stderr } = await runRestage(['replay'], { cwd });

    expect(stderr).toMatch(/^Cannot listen on 0\.0\.0\.0: others can reach it/);
    expect(status).toBe(2);
  });
});

describe('a doctored file of faults', () => {
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x, x]',
    ...['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((name, index) => {
      const before = String.fromCharCode(name.charCodeAt(0) - 1);
      return `${name}: &${name} [${new Array(10).fill(`*${before}`).join(', ')}]${index === 7 ? '\n' : ''}`;
    }),
  ].join('\n');

  test.each([
    ['that multiplies itself', bomb, 'alias'],
    ['that nests without end', '['.repeat(100_000), 'stack'],
    ['with a prototype', '- kind: throttle\n  __proto__: { polluted: 1 }\n', "throttle has no '__proto__'"],
    ['with a wait of a year', '- latency,ms=31536000000\n', 'takes at most 600000'],
    ['with a number that is none', '- throttle,first=1e400\n', 'takes a whole number'],
    [
      'with a header that carries a secret',
      '- throttle,header=authorization:the-secret\n',
      'carries a secret',
    ],
    [
      'with a token as its condition',
      '- kind: throttle\n  header: "X-Amz-Security-Token: the-secret"\n',
      'carries a secret',
    ],
  ])('%s is refused in one line', async (_, text, reason) => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'f.yaml'), text);
    const { status, stdout, stderr } = await runRestage(['replay', '-p', '0', '--faults', 'f.yaml'], { cwd });

    expect(stderr).toMatch(/^Cannot [^\n]+\.\n$/);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('the-secret');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});
