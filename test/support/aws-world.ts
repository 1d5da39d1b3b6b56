import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Identity } from './certificates.ts';

/** A call as the world saw it: how it came, for which host, with which key and for which region. */
export type Sighting = readonly [
  way: string,
  host: string,
  key: string | undefined,
  region: string | undefined,
];

/** What the user has set. `{EMULATOR}`, `{AWS_ITSELF}`, `{PROXY}`, `{CA}` and `{HOME}` stand for the world's own. */
export interface Texts {
  readonly config?: string;
  readonly credentials?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A stand-in for all of AWS behind a company's proxy, an emulator beside it, and the files of one user. */
export interface AwsWorld {
  /** What came since it was asked last. */
  readonly takeSightings: () => Sighting[];
  /** The environment of a program that lives in this world. */
  readonly env: Record<string, string>;
  readonly close: () => Promise<void>;
}

/** Hosts of AWS that the world answers for: its certificate has them. */
export const awsHosts: readonly string[] = [
  ...['us-east-1', 'eu-west-1', 'eu-west-2'].flatMap((region) => [
    `apigateway.${region}.amazonaws.com`,
    `apigateway-fips.${region}.amazonaws.com`,
    `apigateway.${region}.api.aws`,
    `apigateway-fips.${region}.api.aws`,
    `sts.${region}.amazonaws.com`,
    `portal.sso.${region}.amazonaws.com`,
  ]),
  'apigateway.cn-north-1.amazonaws.com.cn',
  'apigateway-fips.us-gov-west-1.amazonaws.com',
  // It leads to this machine, and is no address that always goes past a proxy.
  '0.0.0.0',
];

const SSO_START = 'https://start.example/';

/** Starts a world. */
export async function startAwsWorld(texts: Texts, identity: Identity, ca: string): Promise<AwsWorld> {
  const home = mkdtempSync(join(tmpdir(), 'restage-world-'));
  let sightings: Sighting[] = [];
  const tunnelled = new Set<number | undefined>();
  const answer =
    (kind: string): RequestListener =>
    async (request, response) => {
      const { host = '', authorization = '' } = request.headers;
      const [, key, region] = /Credential=([^/]+)\/\d+\/([^/]+)/.exec(authorization) ?? [];
      const way = kind === 'emulator' ? kind : tunnelled.has(request.socket.remotePort) ? 'proxy' : 'direct';
      sightings.push([way, kind === 'emulator' ? 'emulator' : host.replace(/:\d+$/, ''), key, region]);
      let body = '';
      for await (const chunk of request) body += String(chunk);
      response.writeHead(200, { 'content-type': host.startsWith('sts.') ? 'text/xml' : 'application/json' });
      response.end(bodyFor(host, body));
    };
  const aws = createHttpsServer(identity, answer('aws'));
  const emulator = createServer(answer('emulator'));
  const proxy = createServer((_, response) => response.writeHead(405).end());
  await Promise.all([aws, emulator, proxy].map(listen));
  const sockets = new Set<Duplex>();
  proxy.on('connect', (_, client: Duplex) => {
    const upstream = connect(portOf(aws), '127.0.0.1', () => {
      tunnelled.add(upstream.localPort);
      client.write('HTTP/1.1 200 OK\r\n\r\n');
    });
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => socket.destroy()));
    upstream.pipe(client).pipe(upstream);
  });

  const stands: Readonly<Record<string, string>> = {
    EMULATOR: `http://127.0.0.1:${portOf(emulator)}`,
    AWS_ITSELF: `https://0.0.0.0:${portOf(aws)}`,
    PROXY: `http://127.0.0.1:${portOf(proxy)}`,
    CA: join(home, 'ca.pem'),
    HOME: home,
  };
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => stands[name] ?? name);
  mkdirSync(join(home, '.aws/sso/cache'), { recursive: true });
  writeFileSync(join(home, 'ca.pem'), ca);
  writeFileSync(join(home, 'token'), 'web-identity-token');
  writeFileSync(join(home, '.aws/config'), fill(texts.config ?? ''));
  writeFileSync(join(home, '.aws/credentials'), fill(texts.credentials ?? ''));
  writeFileSync(
    join(home, `.aws/sso/cache/${createHash('sha1').update(SSO_START).digest('hex')}.json`),
    JSON.stringify({ startUrl: SSO_START, region: 'eu-west-2', accessToken: 't', expiresAt: inAnHour() }),
  );
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    HTTPS_PROXY: '{PROXY}',
    AWS_CA_BUNDLE: '{CA}',
    ...texts.env,
  };
  for (const [name, text] of Object.entries(env)) env[name] = fill(text);
  return {
    env,
    takeSightings: () => {
      const taken = sightings;
      sightings = [];
      return taken;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all([aws, emulator, proxy].map(close));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function bodyFor(host: string, asked: string): string {
  if (host.startsWith('sts.')) {
    return assumedRole(new URLSearchParams(asked).get('Action') ?? '');
  }
  if (host.startsWith('portal.sso.')) {
    const roleCredentials = {
      accessKeyId: 'ASIASSO',
      secretAccessKey: 's',
      sessionToken: 't',
      expiration: Date.now() + 3_600_000,
    };
    return JSON.stringify({ roleCredentials });
  }
  return '{"item":[]}';
}

function assumedRole(action: string): string {
  return `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>
<AssumedRoleUser><AssumedRoleId>ID:s</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
<Expiration>${inAnHour()}</Expiration></Credentials></${action}Result></${action}Response>`;
}

function inAnHour(): string {
  return new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z');
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
