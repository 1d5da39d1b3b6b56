import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { EnvironmentOptions } from '../../src/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** What restage is started with, and what comes of it: some facts, or the error's message. */
type Case = readonly [
  what: string,
  given: {
    readonly options?: EnvironmentOptions;
    readonly env?: Readonly<Record<string, string>>;
    readonly file?: object;
  },
  expected: object | string,
];

const UPSTREAM = 'http://127.0.0.1:9';
const RECORDS = { RESTAGE_MODE: 'record', RESTAGE_UPSTREAM: UPSTREAM };
const IN_CI =
  "Cannot run in mode 'MODE' here: CI is set, and it would record. Use replay, or say that it is to record with '--ci-record' or RESTAGE_CI_RECORD=1.";

const cases: readonly Case[] = [
  ['nothing replays, on a free port', {}, { mode: 'replay', cassette: 'default', dir: 'cassettes', port: 0 }],
  ['RESTAGE_MODE says the mode', { env: RECORDS }, { mode: 'record' }],
  ['an empty RESTAGE_MODE does not', { env: { RESTAGE_MODE: '' } }, { mode: 'replay' }],
  ["a test's own mode beats it", { env: RECORDS, options: { mode: 'passthrough' } }, { mode: 'passthrough' }],
  [
    'options beat variables, which beat the file',
    {
      options: { cassette: 'of-option' },
      env: { RESTAGE_CASSETTE: 'of-variable', RESTAGE_DIR: 'of-variable', RESTAGE_EXPECT: 'attempts<=2' },
      file: { cassette: 'of-file', dir: 'of-file', 'fail-on-miss': true, 'fail-on-unused': true, port: 1 },
    },
    {
      cassette: 'of-option',
      dir: 'of-variable',
      expect: ['attempts<=2'],
      failOnMiss: true,
      failOnUnused: true,
      port: 0,
    },
  ],
  [
    'rules come from variables and their file',
    { env: { RESTAGE_FAULT: 'throttle,first=2' }, options: { faults: 'rules.json' } },
    { faults: ['throttle,first=2', 'conflict'] },
  ],
  [
    'a slip in the mode is told in one line',
    { env: { RESTAGE_MODE: 'recrod' } },
    'Cannot use RESTAGE_MODE "recrod": there is no such mode. Did you mean \'record\'? Known are record, replay, auto, passthrough.',
  ],
  [
    'so is one in the options',
    { options: { mode: 'reply' } as object },
    'Cannot use mode "reply": there is no such mode. Did you mean \'replay\'? Known are record, replay, auto, passthrough.',
  ],
  [
    'a file of a checkout decides on nothing personal',
    { file: { upstream: UPSTREAM } },
    "Cannot take 'upstream' from 'restage.config.json': a file of a checkout must not decide on it. Use --upstream or RESTAGE_UPSTREAM.",
  ],
  ['nothing records where CI is set', { env: { ...RECORDS, CI: 'true' } }, IN_CI.replace('MODE', 'record')],
  [
    'not by its own options either',
    { env: { CI: '1' }, options: { mode: 'auto', upstream: UPSTREAM } },
    IN_CI.replace('MODE', 'auto'),
  ],
  ['unless it is said', { env: { ...RECORDS, CI: 'true', RESTAGE_CI_RECORD: '1' } }, { mode: 'record' }],
  [
    'or said by an option',
    { env: { ...RECORDS, CI: 'true' }, options: { 'ci-record': true } },
    { mode: 'record' },
  ],
  ['where CI is false, all is as elsewhere', { env: { ...RECORDS, CI: 'false' } }, { mode: 'record' }],
  [
    'what only forwards is none of it',
    { env: { CI: 'true', RESTAGE_MODE: 'passthrough' } },
    { mode: 'passthrough' },
  ],
];

const script = `
  import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
  import { startRestageFromEnvironment } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
  const said = [];
  for (const { options, env = {}, file } of JSON.parse(process.argv[1])) {
    Object.assign(process.env, env);
    if (file !== undefined) writeFileSync('restage.config.json', JSON.stringify(file));
    try {
      const restage = await startRestageFromEnvironment(options);
      const { mode, port, settings, faults } = restage;
      said.push({ mode, ...settings, port: port > 1024 ? 0 : port, faults: faults.list().map(({ name }) => name) });
      await restage.close();
    } catch (error) {
      said.push(error.name === 'UsageError' ? error.message : String(error.stack));
    }
    for (const name of Object.keys(env)) delete process.env[name];
    rmSync('restage.config.json', { force: true });
  }
  console.log(JSON.stringify(said));`;

test('a program starts restage as the command line does, with options in place of flags', async () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'rules.json'), '["conflict"]');
  mkdirSync(join(cwd, 'home'));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', script, JSON.stringify(cases.map(([, given]) => given))],
    {
      cwd,
      env: { PATH: process.env.PATH ?? '', HOME: join(cwd, 'home'), AWS_EC2_METADATA_DISABLED: 'true' },
    },
  );
  const said = JSON.parse(stdout) as unknown[];
  for (const [at, [what, , expected]] of cases.entries()) {
    if (typeof expected === 'string') expect(said[at], what).toBe(expected);
    else expect(said[at], what).toMatchObject(expected);
  }
});
