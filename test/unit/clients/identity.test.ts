import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { commandEnvironment } from '../../../src/clients/environment.ts';
import { findIdentity, findTunnelled } from '../../../src/clients/identity.ts';
import { resolveSettings, type Values } from '../../../src/settings/settings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const URL = 'http://127.0.0.1:8480';
const handOut = async () => ({ accessKeyId: 'AKIDOWN', secretAccessKey: 's' });
const config = `
[default]
region = us-east-1
[profile plain]
region = eu-west-1
[profile ls]
region = eu-west-2
endpoint_url = http://localhost:1
services = mine
[services mine]
api_gateway =
  endpoint_url = http://localhost:2
dynamodb =
  endpoint_url = http://localhost:3
[profile ignoring]
endpoint_url = http://localhost:1
ignore_configured_endpoint_urls = true
[profile fips]
region = us-east-1-fips
`;

let home: string;
beforeEach(() => {
  home = temporaryFolder();
  writeConfig(config);
  vi.stubEnv('AWS_CONFIG_FILE', join(home, '.aws/config'));
  onTestFinished(() => void vi.unstubAllEnvs());
});

function writeConfig(text: string): void {
  mkdirSync(join(home, '.aws'), { recursive: true });
  writeFileSync(join(home, '.aws/config'), text);
}

function settingsOf(flags: Values = {}) {
  return resolveSettings({ flags, variables: {}, file: undefined });
}

/** The endpoints and regions that a command is left with, and what was said of it. */
async function leftWith(env: Record<string, string>, flags: Values = {}, isReplay = false) {
  const said: string[] = [];
  const own = { HOME: home, ...env };
  const tools = { handOut: isReplay ? undefined : handOut, say: (line: string) => void said.push(line) };
  const made = commandEnvironment(own, URL, await findIdentity(settingsOf(flags), own, tools));
  const left = Object.entries(made).filter(([name]) => /^AWS_(?:ENDPOINT|.*REGION|PROFILE)/.test(name));
  return { left: Object.fromEntries(left), said };
}

const restage = { AWS_ENDPOINT_URL_API_GATEWAY: URL, AWS_ENDPOINT_URL_APIGATEWAYV2: URL };
const regions = (region: string) => ({ AWS_REGION: region, AWS_DEFAULT_REGION: region });
const ofLs = { AWS_ENDPOINT_URL: 'http://localhost:1', AWS_ENDPOINT_URL_DYNAMODB: 'http://localhost:3' };

describe('a command that loses its profile', () => {
  test.each<[string, Record<string, string>, Values, object]>([
    ['nothing', {}, {}, regions('us-east-1')],
    ['its region', { AWS_PROFILE: 'plain' }, {}, regions('eu-west-1')],
    [
      'the region that --profile has',
      { AWS_PROFILE: 'plain' },
      { profile: 'ls' },
      { ...regions('eu-west-2'), ...ofLs },
    ],
    ['its endpoints of other services', { AWS_PROFILE: 'ls' }, {}, { ...regions('eu-west-2'), ...ofLs }],
    [
      'those of variables before its own',
      {
        AWS_DEFAULT_PROFILE: 'ls',
        AWS_ENDPOINT_URL: 'http://localhost:4',
        AWS_ENDPOINT_URL_S3: 'http://localhost:5',
      },
      {},
      {
        ...regions('eu-west-2'),
        AWS_ENDPOINT_URL: 'http://localhost:4',
        AWS_ENDPOINT_URL_S3: 'http://localhost:5',
      },
    ],
    [
      'none that are ignored',
      {
        AWS_PROFILE: 'ignoring',
        AWS_REGION: 'eu-west-3',
        AWS_ENDPOINT_URL: 'http://localhost:4',
        AWS_ENDPOINT_URL_S3: 'x',
      },
      {},
      regions('eu-west-3'),
    ],
  ])('is told %s', async (_, env, flags, expected) => {
    expect(await leftWith(env, flags)).toEqual({ left: { ...expected, ...restage }, said: [] });
    expect(await leftWith(env, flags, true)).toEqual({ left: { ...expected, ...restage }, said: [] });
  });

  test.each([
    ['endpoint_url = http://localhost:1', "'endpoint_url' of profile 'default'"],
    ['services = mine', "'services' of profile 'default'"],
  ])('is not run where the default one names endpoints that would not count: %s', async (line, where) => {
    writeConfig(`${config}[default]\n${line}\n`);
    const message = `Cannot run the command as it would run alone: ${where} would count, which does not otherwise.`;
    await expect(leftWith({ AWS_PROFILE: 'plain' })).rejects.toThrow(message);
    await expect(leftWith({ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' })).rejects.toThrow(message);
    await expect(leftWith({})).resolves.toMatchObject({ said: [] });
  });

  test.each([
    [{ AWS_USE_FIPS_ENDPOINT: 'true' }, 'FIPS'],
    [{ AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true' }, 'FIPS and dual-stack'],
    [{ AWS_PROFILE: 'fips' }, 'FIPS'],
    [{ AWS_REGION: 'us-east-1-fips' }, 'FIPS'],
  ])('with %j is said to call other services elsewhere', async (env, asked) => {
    const { left, said } = await leftWith(env as Record<string, string>);
    expect(left).toMatchObject(regions('us-east-1'));
    expect(said).toEqual([
      expect.stringMatching(`^restage calls the ${asked} endpoint, but the command's calls`),
    ]);
  });
});

describe('a command whose tunnels are taken', () => {
  const find = (env: Record<string, string>, flags: Values = {}, forwards = true) =>
    findTunnelled(settingsOf({ intercept: true, ...flags }), { HOME: home, ...env }, forwards);

  test.each([
    [{ AWS_PROFILE: 'ls' }, "the services section 'mine'"],
    [{ AWS_ENDPOINT_URL: 'http://localhost:1' }, 'AWS_ENDPOINT_URL'],
  ])('is not run with %j, whose endpoint it would pass by', async (env, where) => {
    await expect(find(env as Record<string, string>)).rejects.toThrow(
      `Cannot take the command's tunnels: ${where} names an endpoint of its own`,
    );
    expect(await find(env as Record<string, string>, { upstream: 'http://localhost:9' })).toMatchObject({
      hasEndpoint: true,
    });
    expect(await find(env as Record<string, string>, {}, false)).toMatchObject({ hasEndpoint: true });
  });

  test('keeps a region that asks for FIPS, and the endpoints of other services', async () => {
    expect(await find({ AWS_PROFILE: 'fips', AWS_ENDPOINT_URL_S3: 'http://localhost:1' })).toEqual({
      isOffline: false,
      region: 'us-east-1-fips',
      hasEndpoint: false,
    });
  });
});
