import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startRestage } from '../../src/index.ts';
import { type AwsWorld, awsHosts, type Sighting, startAwsWorld, type Texts } from '../support/aws-world.ts';
import { createCa } from '../support/certificates.ts';
import { converse, describeWithClient } from '../support/clients.ts';
import { temporaryFolder } from '../support/restage.ts';

const script = fileURLToPath(new URL('../support/clients/aws_cli.py', import.meta.url));

/** What a user has set, and which way a call goes then. */
interface Row extends Texts {
  /** `--profile`, of either. */
  readonly profile?: string;
  /** The calls that are seen, as `way host key region`. Those before the last are asked for credentials. */
  readonly seen: readonly string[];
  /** SDKs differ on it, so restage refuses it, in these words. */
  readonly refused?: string;
}

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDENV', AWS_SECRET_ACCESS_KEY: 's' };
const IN_US = { ...KEYS, AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1' };
const team = { credentials: '[team]\naws_access_key_id = AKIDTEAM\naws_secret_access_key = s\n' };
const both = {
  credentials: `[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = s\n${team.credentials}`,
  config: '[default]\nregion = us-east-1\n[profile team]\nregion = eu-west-1\n',
};
const plain = (key: string, region: string) => [`proxy apigateway.${region}.amazonaws.com ${key} ${region}`];
const emulated = (key: string, region: string) => [`emulator emulator ${key} ${region}`];

const rows: Readonly<Record<string, Row>> = {
  // Whose keys, and which region.
  'keys in the environment': { env: IN_US, seen: plain('AKIDENV', 'us-east-1') },
  'keys in the default profile': { ...both, seen: plain('AKIDDEFAULT', 'us-east-1') },
  'keys in AWS_PROFILE': { ...both, env: { AWS_PROFILE: 'team' }, seen: plain('AKIDTEAM', 'eu-west-1') },
  'keys in AWS_DEFAULT_PROFILE': {
    ...both,
    env: { AWS_DEFAULT_PROFILE: 'team' },
    seen: plain('AKIDTEAM', 'eu-west-1'),
  },
  'keys in the environment and in AWS_PROFILE': {
    ...both,
    env: { ...KEYS, AWS_PROFILE: 'team' },
    seen: plain('AKIDENV', 'eu-west-1'),
  },
  'keys in the environment, in AWS_PROFILE and in --profile': {
    ...both,
    env: { ...KEYS, AWS_PROFILE: 'default' },
    profile: 'team',
    seen: plain('AKIDTEAM', 'eu-west-1'),
  },
  'half a pair of keys in the environment': { ...both, env: { AWS_ACCESS_KEY_ID: 'HALF' }, seen: [] },
  'a secret alone in the environment': {
    ...both,
    env: { AWS_SECRET_ACCESS_KEY: 'half' },
    seen: plain('AKIDDEFAULT', 'us-east-1'),
  },
  'a profile that is not there, and keys in the environment': {
    env: { ...IN_US, AWS_PROFILE: 'nobody' },
    seen: [],
  },
  'two profiles in the environment': {
    ...both,
    env: { AWS_PROFILE: 'default', AWS_DEFAULT_PROFILE: 'team' },
    seen: plain('AKIDTEAM', 'eu-west-1'),
    refused: 'Cannot tell which profile counts',
  },

  // Keys that are asked for.
  'a role, by STS': {
    ...team,
    config:
      '[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = team\nregion = eu-west-1\n',
    env: { AWS_PROFILE: 'role' },
    seen: ['proxy sts.eu-west-1.amazonaws.com AKIDTEAM eu-west-1', ...plain('ASIAROLE', 'eu-west-1')],
  },
  'a web identity, with the CA in the profile': {
    config:
      '[profile web]\nrole_arn = arn:aws:iam::123456789012:role/r\nweb_identity_token_file = {HOME}/token\n' +
      'region = eu-west-1\nca_bundle = {CA}\n',
    env: { AWS_CA_BUNDLE: '', AWS_PROFILE: 'web' },
    seen: ['proxy sts.eu-west-1.amazonaws.com undefined undefined', ...plain('ASIAROLE', 'eu-west-1')],
  },
  'single sign-on': {
    config:
      '[profile sso]\nsso_start_url = https://start.example/\nsso_region = eu-west-2\nsso_account_id = 123456789012\n' +
      'sso_role_name = r\nregion = eu-west-1\n',
    profile: 'sso',
    seen: ['proxy portal.sso.eu-west-2.amazonaws.com undefined undefined', ...plain('ASIASSO', 'eu-west-1')],
  },

  // Where the service is.
  'an endpoint in the profile': {
    config: '[profile ls]\nregion = eu-west-1\nendpoint_url = {EMULATOR}\n',
    env: { ...KEYS, AWS_PROFILE: 'ls' },
    seen: emulated('AKIDENV', 'eu-west-1'),
  },
  'an endpoint in the profile of --profile, not in that of the environment': {
    config: '[profile ls]\nregion = eu-west-1\nendpoint_url = {EMULATOR}\n',
    credentials: '[ls]\naws_access_key_id = AKIDLS\naws_secret_access_key = s\n',
    env: { ...KEYS, AWS_PROFILE: 'other' },
    profile: 'ls',
    seen: emulated('AKIDLS', 'eu-west-1'),
  },
  'an endpoint in a services section, and another in the profile': {
    config:
      '[profile ls]\nservices = mine\nendpoint_url = http://127.0.0.1:9\n[services mine]\napi_gateway =\n  endpoint_url = {EMULATOR}\n' +
      'dynamodb =\n  endpoint_url = http://127.0.0.1:9\n',
    env: { ...IN_US, AWS_PROFILE: 'ls' },
    seen: emulated('AKIDENV', 'us-east-1'),
  },
  'a services section that is not there': {
    config: '[default]\nservices = nowhere\n',
    env: IN_US,
    seen: [],
    refused: "profile 'default' names the services section 'nowhere', which is not there",
  },
  'an endpoint in a variable, and another in the profile': {
    config: '[default]\nendpoint_url = http://127.0.0.1:9\n',
    env: { ...IN_US, AWS_ENDPOINT_URL: '{EMULATOR}' },
    seen: emulated('AKIDENV', 'us-east-1'),
  },
  'an endpoint for the service in a variable, and another for all': {
    env: { ...IN_US, AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_ENDPOINT_URL_API_GATEWAY: '{EMULATOR}' },
    seen: emulated('AKIDENV', 'us-east-1'),
  },
  'an empty variable, and an endpoint in the profile': {
    config: '[default]\nendpoint_url = {EMULATOR}\n',
    env: { ...IN_US, AWS_ENDPOINT_URL: '' },
    seen: emulated('AKIDENV', 'us-east-1'),
  },
  'endpoints that a variable has ignored': {
    config: '[default]\nendpoint_url = {EMULATOR}\n',
    env: { ...IN_US, AWS_ENDPOINT_URL: '{EMULATOR}', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'True' },
    seen: plain('AKIDENV', 'us-east-1'),
  },
  'endpoints that the profile has ignored': {
    config: '[default]\nendpoint_url = {EMULATOR}\nignore_configured_endpoint_urls = true\n',
    env: { ...IN_US, AWS_ENDPOINT_URL: '{EMULATOR}' },
    seen: plain('AKIDENV', 'us-east-1'),
  },
  'endpoints that the profile has ignored and a variable has not': {
    config: '[default]\nendpoint_url = {EMULATOR}\nignore_configured_endpoint_urls = true\n',
    env: { ...IN_US, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false' },
    seen: emulated('AKIDENV', 'us-east-1'),
  },
  'FIPS by a variable': {
    env: { ...KEYS, AWS_DEFAULT_REGION: 'us-gov-west-1', AWS_USE_FIPS_ENDPOINT: 'True' },
    seen: ['proxy apigateway-fips.us-gov-west-1.amazonaws.com AKIDENV us-gov-west-1'],
  },
  'FIPS by the profile, and dual stack by a variable': {
    config: '[default]\nuse_fips_endpoint = true\n',
    env: { ...IN_US, AWS_USE_DUALSTACK_ENDPOINT: 'true' },
    seen: ['proxy apigateway-fips.us-east-1.api.aws AKIDENV us-east-1'],
  },
  'dual stack by the profile, and not by a variable': {
    config: '[default]\nuse_dualstack_endpoint = true\n',
    env: { ...IN_US, AWS_USE_DUALSTACK_ENDPOINT: 'false' },
    seen: plain('AKIDENV', 'us-east-1'),
  },
  'FIPS by a region of old': {
    config: '[default]\nregion = us-east-1-fips\n',
    env: KEYS,
    seen: ['proxy apigateway-fips.us-east-1.amazonaws.com AKIDENV us-east-1'],
  },
  'FIPS by a word that SDKs understand differently': {
    env: { ...IN_US, AWS_USE_FIPS_ENDPOINT: '1' },
    seen: plain('AKIDENV', 'us-east-1'),
    refused: 'Cannot tell what AWS_USE_FIPS_ENDPOINT asks for: it is "1"',
  },
  'FIPS, and an endpoint': {
    config: '[profile ls]\nregion = eu-west-1\nendpoint_url = {EMULATOR}\n',
    env: { ...KEYS, AWS_PROFILE: 'ls', AWS_USE_FIPS_ENDPOINT: 'true' },
    seen: emulated('AKIDENV', 'eu-west-1'),
    refused: "AWS_USE_FIPS_ENDPOINT asks for an endpoint of AWS's own besides",
  },
  'a region of China': {
    env: { ...KEYS, AWS_DEFAULT_REGION: 'cn-north-1' },
    seen: ['proxy apigateway.cn-north-1.amazonaws.com.cn AKIDENV cn-north-1'],
  },

  // Which way, and whom to trust.
  'a proxy in lower case, and the CA in REQUESTS_CA_BUNDLE': {
    env: { ...IN_US, HTTPS_PROXY: '', https_proxy: '{PROXY}', AWS_CA_BUNDLE: '', REQUESTS_CA_BUNDLE: '{CA}' },
    seen: plain('AKIDENV', 'us-east-1'),
  },
  'a proxy, and a host that NO_PROXY names': {
    env: { ...IN_US, AWS_ENDPOINT_URL: '{AWS_ITSELF}', NO_PROXY: 'example.com,0.0.0.0' },
    seen: ['direct 0.0.0.0 AKIDENV us-east-1'],
  },
  'a proxy, and a host that NO_PROXY does not name': {
    env: { ...IN_US, AWS_ENDPOINT_URL: '{AWS_ITSELF}', NO_PROXY: 'example.com' },
    seen: ['proxy 0.0.0.0 AKIDENV us-east-1'],
  },
  'no CA that vouches for the service': { env: { ...IN_US, AWS_CA_BUNDLE: '' }, seen: [] },
  'a CA bundle that is not there': { env: { ...IN_US, AWS_CA_BUNDLE: '{HOME}/none.pem' }, seen: [] },
};

describeWithClient(
  'AWS CLI of Python',
  'a call goes where, and is signed with what, the AWS CLI takes: with',
  () => {
    // To start it for each row would take longer than all the rest.
    const cli = converse('python3', [script], {}, 5 * 60_000);
    const worlds = new Map<string, AwsWorld>();
    beforeAll(async () => {
      const ca = await createCa();
      const identity = await ca.issue(...awsHosts);
      for (const [title, row] of Object.entries(rows))
        worlds.set(title, await startAwsWorld(row, identity, ca.ca));
    });
    afterAll(async () => {
      await cli.end();
      for (const world of worlds.values()) await world.close();
    });

    test.each(Object.entries(rows))('%s', async (title, { profile, seen, refused }) => {
      const world = worlds.get(title);
      if (world === undefined) throw new Error('there is no such world');
      const flags = profile === undefined ? [] : ['--profile', profile];
      const args = ['apigateway', 'get-stages', '--rest-api-id', 'x', ...flags];
      await cli.ask({ args, env: defined(world.env) });
      expect(tell(world.takeSightings()), 'the AWS CLI').toEqual(seen);

      const reason = await askRestage(defined(world.env), profile);
      expect(tell(world.takeSightings()), 'restage').toEqual(refused === undefined ? seen : []);
      if (refused !== undefined) expect(reason).toContain(refused);
    });
  },
);

/** One unsigned call through restage, which signs it with what it finds. @returns why it failed, if it did. */
async function askRestage(
  env: Record<string, string>,
  profile: string | undefined,
): Promise<string | undefined> {
  const own = process.env;
  const dir = await temporaryFolder();
  onTestFinished(() => {
    process.env = own;
  });
  process.env = { ...env };
  try {
    const restage = await startRestage('passthrough', {
      dir,
      port: 0,
      'trust-clients': true,
      ...(profile !== undefined && { profile }),
    });
    try {
      const answer = await fetch(`${restage.url}/restapis/x/stages`);
      return answer.ok ? undefined : await answer.text();
    } finally {
      await restage.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    process.env = own;
  }
}

function tell(sightings: readonly Sighting[]): string[] {
  return sightings.map((sighting) => sighting.map(String).join(' '));
}

/** A variable that is empty in a row is not set, unless that is what the row is about. */
function defined(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name, text]) => text !== '' || name === 'AWS_ENDPOINT_URL'),
  );
}
