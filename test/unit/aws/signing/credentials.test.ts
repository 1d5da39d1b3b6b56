import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type CredentialSource, createCredentialSource } from '../../../../src/aws/signing/credentials.ts';
import { readProfile } from '../../../../src/aws/signing/profile.ts';
import { regionOf } from '../../../../src/aws/signing/region.ts';
import { CallError } from '../../../../src/errors.ts';

const VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'restage-credentials-'));
  for (const variable of VARIABLES) vi.stubEnv(variable, undefined);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('HOME', folder);
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function writeConfig(name: 'config' | 'credentials', lines: readonly string[]): void {
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
}

/** What is signed with here; with the profile that `--profile` gives, if any. */
async function sourceOf(named: string | undefined): Promise<CredentialSource> {
  const profile = await readProfile(process.env, named);
  return createCredentialSource({ env: process.env, profile, isProfileGiven: named !== undefined });
}

async function regionIn(named: string | undefined): Promise<string | undefined> {
  return regionOf(process.env, await readProfile(process.env, named));
}

/** A profile whose process gives other credentials each time, good for some seconds. */
function writeCountingProfile(seconds: number): { runs: () => number } {
  const log = join(folder, 'runs');
  const script = join(folder, 'process.mjs');
  writeFileSync(log, '');
  writeFileSync(
    script,
    `import { appendFileSync, readFileSync } from 'node:fs';
    appendFileSync(${JSON.stringify(log)}, 'x');
    const run = readFileSync(${JSON.stringify(log)}, 'utf8').length;
    console.log(JSON.stringify({
      Version: 1, AccessKeyId: 'AKIDRUN' + run, SecretAccessKey: 's', SessionToken: 't',
      Expiration: new Date(Date.now() + ${seconds} * 1000).toISOString(),
    }));`,
  );
  writeConfig('config', ['[profile counting]', `credential_process = "${process.execPath}" "${script}"`]);
  return { runs: () => readFileSync(log, 'utf8').length };
}

describe('the credentials to sign with', () => {
  test('are those of the environment', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDENV');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_SESSION_TOKEN', 'token');
    expect(await (await sourceOf(undefined))()).toMatchObject({
      accessKeyId: 'AKIDENV',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
  });

  test('are those of the profile, though the environment has others', async () => {
    // The SDK warns that there are two sources.
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    writeConfig('credentials', ['[team]', 'aws_access_key_id = AKIDTEAM', 'aws_secret_access_key = s']);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDENV');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    const credentials = await (await sourceOf('team'))();
    expect(credentials).toMatchObject({ accessKeyId: 'AKIDTEAM', secretAccessKey: 's' });
    expect(credentials.sessionToken).toBeUndefined();
  });

  test('are not looked for before they are asked for', async () => {
    const { runs } = writeCountingProfile(3600);
    await sourceOf('counting');
    expect(runs()).toBe(0);
  });

  test('are resolved once while they are good', async () => {
    const { runs } = writeCountingProfile(3600);
    const provide = await sourceOf('counting');
    expect((await provide()).accessKeyId).toBe('AKIDRUN1');
    expect((await provide()).accessKeyId).toBe('AKIDRUN1');
    expect(runs()).toBe(1);
  });

  test('are renewed before they expire', async () => {
    writeCountingProfile(30);
    const provide = await sourceOf('counting');
    expect((await provide()).accessKeyId).toBe('AKIDRUN1');
    await vi.waitFor(async () => expect((await provide()).accessKeyId).not.toBe('AKIDRUN1'), {
      timeout: 5000,
    });
  });

  test.each([
    [undefined, 'no AWS credentials come from the default chain ('],
    ['team', "no AWS credentials come from profile 'team' ("],
  ])('are said to be missing, and what to do about it (profile %s)', async (profile, reason) => {
    const error = await (await sourceOf(profile))().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CallError);
    const { type, status, message, cause } = error as CallError;
    expect([type, status]).toEqual(['CredentialsUnavailableException', 400]);
    expect(message).toContain(`Cannot sign the call: ${reason}`);
    expect(message).toMatch(/\)\. Set AWS_ACCESS_KEY_ID .+'--profile'\.$/);
    expect(cause).toBeInstanceOf(Error);
  });

  test('are found when they come later', async () => {
    const provide = await sourceOf(undefined);
    await expect(provide()).rejects.toBeInstanceOf(CallError);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDLATE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    expect((await provide()).accessKeyId).toBe('AKIDLATE');
  });
});

describe('the region', () => {
  test('is that of the environment before that of the profile', async () => {
    writeConfig('config', ['[profile team]', 'region = eu-west-1']);
    expect(await regionIn('team')).toBe('eu-west-1');
    vi.stubEnv('AWS_REGION', 'eu-west-2');
    expect(await regionIn('team')).toBe('eu-west-2');
    expect(await regionIn(undefined)).toBe('eu-west-2');
  });

  test('is that of a file that a variable names from the home folder', async () => {
    writeConfig('config', ['[default]', 'region = eu-north-1']);
    vi.stubEnv('AWS_CONFIG_FILE', join('~', 'config'));
    expect(await regionIn(undefined)).toBe('eu-north-1');
  });

  test('is none when nothing names one', async () => {
    expect(await regionIn(undefined)).toBeUndefined();
    expect(await regionIn('missing')).toBeUndefined();
  });
});
