import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { requestHead, sendRaw } from '../support/raw.ts';
import { recordInto } from '../support/recorded.ts';
import { type Running, run, startService, temporaryFolder } from '../support/restage.ts';
import { sample } from '../support/stand-in.ts';
import { askForTunnel } from '../support/tunnel.ts';

const HOST = 'apigateway.us-east-1.amazonaws.com';
const target = `/restapis/${sample.oneStage}/stages`;

/** What a browser sends on behalf of a page, by what the page does. */
const pages: ReadonlyArray<readonly [string, string]> = [
  ['fetches from another site', 'Origin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\n'],
  ['fetches from a file', 'Origin: null\r\n'],
  [
    'fetches from another port of this machine',
    'Origin: http://127.0.0.1:3000\r\nSec-Fetch-Site: same-site\r\n',
  ],
  ['shows an image', 'Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n'],
  ['opens a window', 'Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n'],
  ['posts a form', 'Origin: https://evil.example\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n'],
];
/** The same of a page whose own name was made to resolve to this machine. */
const rebound: ReadonlyArray<readonly [string, string]> = [
  ['has a name of its own that leads here', 'Host: evil.example\r\nSec-Fetch-Site: same-origin\r\n'],
  ['has it with the port', 'Host: evil.example:8480\r\nSec-Fetch-Site: same-origin\r\n'],
  ['is under localhost', 'Host: evil.localhost\r\nSec-Fetch-Site: same-origin\r\n'],
  ['calls 0.0.0.0', 'Host: 0.0.0.0:8480\r\n'],
];

async function startReplay(): Promise<Running> {
  const service = await startService();
  const dir = await recordInto(service, [target]);
  const caDir = join(await temporaryFolder(), 'ca');
  return run('replay', { dir, order: 'strict', intercept: true, 'ca-dir': caDir });
}

describe.each([...pages, ...rebound])('a page that %s', (_, lines) => {
  test('gets nothing, reads nothing and changes nothing', async () => {
    const restage = await startReplay();
    const host = lines.startsWith('Host') ? '' : `Host: 127.0.0.1:${restage.port}\r\n`;
    const ask = (request: string) =>
      sendRaw(restage.port, `${request} HTTP/1.1\r\n${host}${lines}Connection: close\r\n\r\n`);
    const answers = [
      await ask(`GET ${target}`),
      await ask(`OPTIONS ${target}`),
      await ask('GET /__restage/calls'),
      await ask('POST /__restage/reset'),
      await ask('GET /@a/__restage/status'),
      await ask(`GET http://${HOST}${target}`),
    ];

    for (const answer of answers) {
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).toContain('CallerNotAllowedException');
      expect(answer).not.toMatch(/access-control-/i);
    }
    expect(restage.calls().filter(({ outcome }) => outcome !== 'refused')).toEqual([]);
  });

  test('opens no tunnel', async () => {
    const restage = await startReplay();
    const answer = await askForTunnel(restage.port, `${HOST}:443`, lines);

    expect(answer).toMatch(/^HTTP\/1\.1 403 [\s\S]+TunnelNotAllowedException/);
  });
});

test('a program beside it is answered', async () => {
  const restage = await startReplay();
  const head = requestHead(`GET ${target}`, { Host: `127.0.0.1:${restage.port}` });
  expect(await sendRaw(restage.port, head)).toMatch(/^HTTP\/1\.1 200 /);
});
