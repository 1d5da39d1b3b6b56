import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { documentBounds } from '../../../src/bounds.ts';
import { UsageError } from '../../../src/errors.ts';
import { readConfig } from '../../../src/settings/config.ts';
import { parseData, readData } from '../../../src/settings/data-file.ts';
import { LINEAR } from '../../support/growth.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Makes an empty folder the working folder as long as the test runs. */
function enterFolder(files: Readonly<Record<string, string>> = {}): string {
  const before = process.cwd();
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
  return folder;
}

describe('the config file of the working folder', () => {
  it('is nothing when there is none', async () => {
    enterFolder({ 'restage.config.yml': 'cassette: x', 'restage.json': '{}' });
    expect(await readConfig()).toBeUndefined();
  });

  it.each([
    ['restage.config.json', '{"cassette":"x","fault":[{"kind":"throttle"}]}'],
    ['restage.config.yaml', '# a comment\ncassette: x\nfault:\n  - kind: throttle\n'],
  ])('is %s', async (name, text) => {
    enterFolder({ [name]: text });
    expect(await readConfig()).toEqual({ name, values: { cassette: 'x', fault: [{ kind: 'throttle' }] } });
  });

  it('is refused when there are two', async () => {
    enterFolder({ 'restage.config.json': '{}', 'restage.config.yaml': '' });
    await expect(readConfig()).rejects.toThrow(UsageError);
    await expect(readConfig()).rejects.toThrow(
      "Cannot choose between 'restage.config.json' and 'restage.config.yaml'",
    );
  });

  it.each([
    ['restage.config.json', '{"cassette":'],
    ['restage.config.yaml', 'a: [1'],
    ['restage.config.yaml', 'a: 1\na: 2'],
    ['restage.config.yaml', 'a: { b: { c: 1, "c": 2 } }'],
    ['restage.config.yaml', 'a: !!js/function x'],
    ['restage.config.yaml', '!'.repeat(100_000)],
    [
      'restage.config.yaml',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${['b', 'c', 'd', 'e', 'f'].map((n, i) => `${n}: &${n} [${Array(9).fill(`*${'abcdef'[i]}`)}]`).join('\n')}`,
    ],
  ])('is refused in one line when %s cannot be understood', async (name, text) => {
    enterFolder({ [name]: text });
    await expect(readConfig()).rejects.toThrow(UsageError);
    await expect(readConfig()).rejects.toThrow(
      /^Cannot read 'restage\.config\.(json|yaml)': [^\n]+[^.:]\. Correct the file\.$/,
    );
  });

  it('says where its first mistake is', async () => {
    enterFolder({ 'restage.config.yaml': 'a: 1\nb:\n  - { c: 1, d: 2, c: 3 }\n' });
    await expect(readConfig()).rejects.toThrow('a field is given twice at line 3, column 19.');
    enterFolder({ 'restage.config.yaml': 'a: 1\nb: [1' });
    await expect(readConfig()).rejects.toThrow(/ at line 2, column \d+\. Correct the file\.$/);
  });

  it('may give fields the same name in different maps, and no name', async () => {
    enterFolder({ 'restage.config.yaml': '{ a: { a: 1 }, b: { a: 1 }, ? : 1, ? [1] : 2, ? [2] : 3 }' });
    expect((await readConfig())?.values).toMatchObject({ a: { a: 1 }, b: { a: 1 } });
  });

  it('is refused when it is a folder', async () => {
    mkdirSync(join(enterFolder(), 'restage.config.json'));
    await expect(readConfig()).rejects.toThrow(
      /^Cannot read 'restage\.config\.json': EISDIR.*Correct the path\.$/,
    );
  });
});

describe('a file that was named', () => {
  it.each([
    ['rules.json', '[{"kind":"throttle"}]', [{ kind: 'throttle' }]],
    ['rules.yaml', '- throttle,first=2\n', ['throttle,first=2']],
    ['rules.txt', 'faults: []', { faults: [] }],
    ['rules.yaml', '', null],
  ])('%s holds %j', async (name, text, expected) => {
    enterFolder({ [name]: text });
    expect(await readData(name)).toEqual(expected);
  });

  it('is refused when there is none', async () => {
    enterFolder();
    await expect(readData('nope.json')).rejects.toThrow(
      "Cannot read 'nope.json': there is no such file. Correct the path.",
    );
  });
});

describe('a file', () => {
  it.each([
    ['restage.config.json', '{"cassette":"x"}', { cassette: 'x' }],
    ['restage.config.yaml', 'cassette: x\r\norder: last\r\n', { cassette: 'x', order: 'last' }],
    ['restage.config.yaml', '- throttle\r\n- conflict\r\n', ['throttle', 'conflict']],
  ])('%s may begin with a byte order mark (%#)', async (name, text, values) => {
    enterFolder({ [name]: `\ufeff${text}` });
    expect((await readConfig())?.values).toEqual(values);
    expect(await readData(name)).toEqual(values);
  });

  it('may be so long, and no longer', async () => {
    const text = `# ${'x'.repeat(documentBounds.settingsFileBytes - 3)}\n`;
    enterFolder({ 'most.yaml': text, 'more.yaml': `${text}\n` });
    expect(await readData('most.yaml')).toBeNull();
    await expect(readData('more.yaml')).rejects.toThrow("Cannot read 'more.yaml': it has more than 256 KB.");
  });

  it.runIf(process.platform === 'linux')('is not read for ever', async () => {
    await expect(readData('/dev/zero')).rejects.toThrow('it has more than 256 KB');
  });

  it('may use few aliases', async () => {
    const listOf = (aliases: number) => `a: &a { b: 1 }\nc: [${'*a, '.repeat(aliases)}]\n`;
    enterFolder({ 'few.yaml': listOf(20), 'many.yaml': listOf(documentBounds.aliases + 1) });
    expect(await readData('few.yaml')).toMatchObject({ c: { length: 20, 19: { b: 1 } } });
    await expect(readData('many.yaml')).rejects.toThrow('Excessive alias count');
  });

  it.each<[string, (size: number) => string]>([
    ['fields', (size) => Array.from({ length: size }, (_, i) => `a${i}: 0`).join('\n')],
    ['mistakes', (size) => '&a '.repeat(size)],
  ])('costs time in proportion to its %s', async (_, textOf) => {
    const small = await workOf(textOf(5000));
    const large = await workOf(textOf(20_000));
    expect(large / small).toBeLessThan(LINEAR);
  });
});

/** The least CPU time, in microseconds, that it takes to read it, or to see that it cannot be read. */
async function workOf(text: string): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 4; i += 1) {
    const before = process.cpuUsage();
    await parseData(text, 'x.yaml').catch((error: unknown) => expect(error).toBeInstanceOf(UsageError));
    least = Math.min(least, process.cpuUsage(before).user);
  }
  return least;
}
