import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type AwsWorld, awsHosts, startAwsWorld, type Texts } from '../support/aws-world.ts';
import { createCa, type Identity } from '../support/certificates.ts';
import { restage, runRestage } from '../support/cli.ts';

const team = '[team]\naws_access_key_id = AKIDOFTEAM7777\naws_secret_access_key = s\n';
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDOFENV2222', AWS_SECRET_ACCESS_KEY: 's', AWS_REGION: 'eu-west-1' };
const role =
  '[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = team\nregion = eu-west-1\n';
const sso =
  '[profile sso]\nsso_start_url = https://start.example/\nsso_region = eu-west-2\nsso_account_id = 123456789012\n' +
  'sso_role_name = r\nregion = eu-west-1\n';
const asked = ['--', process.execPath, '-e', ''];

let ca: string;
let identity: Identity;
beforeAll(async () => {
  const made = await createCa();
  ca = made.ca;
  identity = await made.issue(...awsHosts);
});

async function startWorld(texts: Texts): Promise<AwsWorld> {
  const world = await startAwsWorld(texts, identity, ca);
  onTestFinished(() => world.close());
  return world;
}

/** What is said, before anything else, by a restage that runs to the end of a command. */
async function said(texts: Texts, args: readonly string[] = []) {
  const { env } = await startWorld(texts);
  const { status, stderr } = await restage(['passthrough', ...args, ...asked], { env }).ended;
  expect(stderr).not.toMatch(/Multiple credential sources|AKIDOF/);
  return { status, lines: stderr.split('\n') };
}

describe('whose keys sign is said at the start:', () => {
  test.each<[string, Texts, string[], string]>([
    ['those of the environment', { env: KEYS }, [], '…2222 of the environment'],
    [
      'those of the environment, though AWS_PROFILE is set',
      { env: { ...KEYS, AWS_PROFILE: 'team' }, credentials: team },
      [],
      '…2222 of the environment',
    ],
    [
      'those of --profile, though the environment has some',
      { env: KEYS, credentials: team },
      ['--profile', 'team'],
      "…7777 of profile 'team'",
    ],
    [
      'those of a role',
      { env: { AWS_PROFILE: 'role' }, credentials: team, config: role },
      [],
      "…ROLE of profile 'role', by a role",
    ],
    [
      'those of single sign-on',
      { env: { AWS_PROFILE: 'sso' }, config: sso },
      [],
      "…ASSO of profile 'sso', by SSO",
    ],
  ])('%s', async (_, texts, args, expected) => {
    const { status, lines } = await said(texts, args);
    expect(lines[0]).toBe(`Calls are signed with access key ${expected}`);
    expect(lines.filter((line) => line.startsWith('Calls are signed'))).toHaveLength(1);
    expect(status).toBe(0);
  });

  test('without a command as well, beside the address, and what is missing where there are none', async () => {
    const { env } = await startWorld({ env: KEYS });
    await restage(['passthrough', '-p', '0'], { env }).said(/^Calls are signed with access key …2222/m);
    const { AWS_ACCESS_KEY_ID: _, ...without } = env;
    await restage(['passthrough', '-p', '0'], { env: without }).said(
      /^Cannot sign the call: no AWS credentials come from the default chain .+\.$/m,
    );
  });

  test('none of restage for calls through tunnels', async () => {
    const { env } = await startWorld({});
    const { lines } = await said({ env }, ['--intercept', '--profile', 'nobody']);
    expect(lines).toContain("Calls through tunnels keep their clients' own signatures");
  });

  test('not where nothing is to be said', async () => {
    const { lines } = await said({ env: KEYS }, ['--log', 'silent']);
    expect(lines.join()).not.toContain('signed');
  });
});

test('a role of --profile is asked of the endpoint that the profile names', async () => {
  const config = `${role}endpoint_url = {EMULATOR}\n`;
  const world = await startWorld({ credentials: team, config, env: { AWS_PROFILE: 'other' } });
  await restage(['passthrough', '--profile', 'role', ...asked], { env: world.env }).ended;

  expect(world.takeSightings()).toEqual([['emulator', 'emulator', 'AKIDOFTEAM7777', 'eu-west-1']]);
});

describe('an authority that is not known', () => {
  const remedy =
    "Where your network has a certificate authority of its own, name a file with its certificate: 'AWS_CA_BUNDLE=FILE.pem'.";

  test('of STS is named, with the remedy', async () => {
    const world = await startWorld({
      credentials: team,
      config: role,
      env: { AWS_PROFILE: 'role', AWS_CA_BUNDLE: '' },
    });
    const { status, stderr } = await runRestage(['passthrough', ...asked], { env: world.env });

    expect(status).toBe(1);
    expect(stderr).toMatch(/^Cannot sign the call: no AWS credentials come from profile 'role' \(unable to /);
    expect(stderr).toContain(remedy);
  });

  test.each([
    ['the service', { HTTPS_PROXY: '{PROXY}' }],
    ['the service, straight away', { HTTPS_PROXY: '' }],
  ])('of %s is named, with the remedy', async (_, env) => {
    const world = await startWorld({
      env: { ...KEYS, ...env, AWS_ENDPOINT_URL: '{AWS_ITSELF}', AWS_CA_BUNDLE: '' },
    });
    const script = `fetch(process.env.AWS_ENDPOINT_URL_API_GATEWAY + '/restapis/x/stages').then((r) => r.text()).then(console.log)`;
    const args = ['passthrough', '--trust-clients', '--', process.execPath, '-e', script];
    const { stdout } = await restage(args, { env: world.env }).ended;

    expect(JSON.parse(stdout).message).toMatch(
      /^Cannot forward the call to https:\/\/0\.0\.0\.0:\d+: unable to/,
    );
    expect(JSON.parse(stdout).message).toContain(remedy);
  });
});
