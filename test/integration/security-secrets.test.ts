import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { credentialVariables, restage, runRestage } from '../support/cli.ts';
import { requestHead, sendRaw } from '../support/raw.ts';
import { startService, temporaryFolder } from '../support/restage.ts';
import { send, sendSigned, signedHeaders } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';
import { askForTunnel, intercept, proxyAuthorization } from '../support/tunnel.ts';

const target = `/restapis/${sample.rich}/stages`;
const HOST = 'apigateway.us-east-1.amazonaws.com';
const own = {
  accessKeyId: 'ASIAOWNKEYOFRESTAGE0',
  secretAccessKey: 'own-secret-of-restage',
  sessionToken: 'own-session-token-of-restage',
};
const client = { accessKeyId: 'CLIENTKEY', secretAccessKey: 'secret-of-the-client-key' };
const TOKEN = 'the-admin-token-itself';

/** Places where a user and a password are easily put, or a secret by its name. `%` is where it stands. */
const plants = [
  'GET http://user:%@host.example/x HTTP/1.1\r\nHost: host.example',
  `GET http://user:%@${HOST}/x HTTP/1.1\r\nHost: user:%@${HOST}`,
  'GET http://user:%/x@host.example/x HTTP/1.1\r\nHost: host.example',
  'GET //user:%@host.example/x HTTP/1.1\r\nHost: localhost',
  'GET /http://user:%@host.example/x HTTP/1.1\r\nHost: localhost',
  'CONNECT user:%@host.example:443 HTTP/1.1\r\nHost: host.example',
  'CONNECT %@host.example:443 HTTP/1.1\r\nHost: user:%@host.example',
  'CONNECT user:%/x@host.example:443 HTTP/1.1\r\nHost: host.example',
  'GET /x HTTP/1.1\r\nHost: user:%@127.0.0.1',
  'GET /x HTTP/1.1\r\nHost: user:%',
  'GET /@name:%/x HTTP/1.1\r\nHost: localhost',
  'GET /%40name%3A%/x HTTP/1.1\r\nHost: localhost',
  'GET /@name:%@host/x HTTP/1.1\r\nHost: localhost',
  'GET /restapis/user:%@host/stages HTTP/1.1\r\nHost: localhost',
  'GET /restapis/a/stages?deploymentId=user:%@host HTTP/1.1\r\nHost: localhost',
  'GET /restapis/a/stages?user:%@host=1 HTTP/1.1\r\nHost: localhost',
  'GET /x/token=% HTTP/1.1\r\nHost: localhost',
  'GET /x HTTP/1.1\r\nHost: localhost\r\nUser-Agent: tool token=%',
  'GET /x HTTP/1.1\r\nHost: localhost\r\nUser-Agent: tool (+http://user:%@host)',
  'GET /x HTTP/1.1\r\nHost: localhost\r\nAuthorization: AWS4-HMAC-SHA256 Credential=A/20260101/%/apigateway/aws4_request, SignedHeaders=host, Signature=' +
    '0'.repeat(64),
].map((text, i) => {
  const secret = `planted-${i}-secret`;
  return { secret, head: `${text.replaceAll(/%(?![0-9A-F]{2})/g, secret)}\r\nConnection: close\r\n\r\n` };
});

let signatures: string[] = [];
afterEach(() => {
  signatures = [];
});

/** Headers of a signed call, whose signature is remembered. */
function signed(url: string, credentials: typeof own | typeof client, wanted = target) {
  const headers = signedHeaders(url, { target: wanted, credentials });
  signatures.push(/Signature=([0-9a-f]+)/.exec(headers.authorization)?.[1] ?? 'none');
  return headers;
}

test.each(['json', 'pretty'])(
  'no secret is in anything that restage tells, its log in %s',
  async (format) => {
    const service = await startService({ credentials: [own] });
    const folder = await temporaryFolder();
    const flags = ['--upstream', service.url, '--dir', folder, '--intercept', '--ca-dir', join(folder, 'ca')];
    const running = restage(['record', '-p', '0', '--log', format, ...flags, '--fault', 'throttle,first=1'], {
      env: {
        ...credentialVariables(own),
        RESTAGE_ADMIN_TOKEN: TOKEN,
        RESTAGE_CLIENT_KEY: `${client.accessKeyId}:${client.secretAccessKey}`,
        DEBUG: 'restage',
      },
    });
    const url = await running.url;
    const port = Number(new URL(url).port);
    const admin = { host: 'localhost', authorization: `Bearer ${TOKEN}` };
    const told: string[] = [];
    const tell = async (answer: Promise<{ readonly text: string }>) => told.push((await answer).text);

    for (const credentials of [own, own, client]) await send(url, target, signed(url, credentials));
    // What is refused is told of with a reason.
    await tell(send(url, target, signed(url, { ...own, secretAccessKey: 'guessed-secret' })));
    await tell(send(url, target, signed(url, { ...client, accessKeyId: 'AKIASTRANGER' })));
    await tell(send(url, '/restapis', { ...signed(url, client, '/restapis'), host: 'localhost' }));
    const presigned = '?X-Amz-Signature=presigned-signature&X-Amz-Credential=presigned';
    for (const asked of [target, '/restapis', '/@a/account'])
      await tell(send(url, asked + presigned, { host: 'localhost' }));
    await tell(sendSigned(url, { target, credentials: client, method: 'DELETE' }));
    const { host: _, ...kept } = signed(`http://${HOST}`, own) as Record<string, string>;
    told.push(
      await sendRaw(port, requestHead(`GET http://${HOST}${target}`, { host: 'evil.example', ...kept })),
    );
    await sendRaw(port, requestHead(`GET http://${HOST}${target}`, { host: HOST, ...kept }));
    told.push(await askForTunnel(port, 'evil.example:443', proxyAuthorization('a', TOKEN)));
    told.push(
      await sendRaw(port, `GET / HTTP/1.1\r\nAuthorization: ${own.sessionToken}\r\nbad header\r\n\r\n`),
    );
    for (const { head } of plants) told.push(await sendRaw(port, head));
    const body = JSON.stringify({ kind: 'throttle', header: 'x-api-key:planted-in-rule' });
    await tell(send(url, '/__restage/faults', admin, { method: 'POST', body }));
    const wrong = { host: 'localhost', authorization: 'Bearer guessed-admin-token' };
    await tell(send(url, '/__restage/status', wrong));
    for (const path of ['status', 'calls', 'sessions', 'faults', 'retries', 'metrics'])
      await tell(send(url, `/__restage/${path}`, admin));
    running.kill('SIGTERM');
    const { stdout, stderr } = await running.ended;

    const all = [...told, stdout, stderr].join('\n');
    for (const secret of [
      own.secretAccessKey,
      own.sessionToken,
      client.secretAccessKey,
      TOKEN,
      Buffer.from(`a:${TOKEN}`).toString('base64'),
      'guessed-secret',
      'guessed-admin-token',
      'presigned-signature',
      ...plants.map(({ secret }) => secret),
      'planted-in-rule',
      ...signatures,
    ]) {
      expect(all).not.toContain(secret);
    }
    // It was told of, and all of these calls were made.
    expect(signatures).toHaveLength(7);
    expect(stderr).toMatch(/recorded/);
    expect(stderr).toMatch(/refused/);
    expect(all).toContain('restage_calls_total');
  },
);

test('no secret that is put into a call is in anything that replay tells', async () => {
  const restage = await intercept('replay');
  const told: string[] = [];
  for (const { head } of plants) told.push(await sendRaw(restage.port, head));
  for (const path of ['calls', 'retries', 'metrics', 'sessions'])
    told.push((await send(restage.url, `/__restage/${path}`, {})).text);

  const all = [...told, JSON.stringify(restage.calls())].join('\n');
  expect(plants.map(({ secret }) => secret).filter((secret) => all.includes(secret))).toEqual([]);
  // Each was told of.
  expect(restage.calls()).toHaveLength(plants.length);
});

test('a secret on the command line is in no message, right or wrong', async () => {
  const flags = ['--admin-token', 'short-token', '--client-key', 'bad id:wrong-key-secret'];
  const ended = await Promise.all([
    runRestage(['replay', ...flags.slice(0, 2)]),
    runRestage(['replay', ...flags.slice(2)]),
    runRestage(['replay', '--upstream', 'http://user:url-password@host']),
    runRestage(['fault', 'ls', '--url', 'http://user:url-password@host']),
    runRestage(['fault', 'ls', '--url', 'http://127.0.0.1:9', '--admin-token', 'good-admin-token-1']),
  ]);
  for (const { status, stdout, stderr } of ended) {
    expect(status).not.toBe(0);
    expect(stdout + stderr).not.toMatch(/short-token|wrong-key-secret|url-password|good-admin-token-1/);
  }
});
