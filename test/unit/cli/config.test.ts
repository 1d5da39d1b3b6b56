import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig, readData } from '../../../src/cli/config.ts';
import { UsageError } from '../../../src/errors.ts';
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
