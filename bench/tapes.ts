import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnswersFile } from './load-plan.ts';

/** The programs that restage is compared with; each keeps a file for each call. */
export const peers = ['talkback', 'yakbak'] as const;
export type Peer = (typeof peers)[number];

/** What a peer's file is named with in the end. */
export const tapeExtensions: Readonly<Record<Peer, string>> = { talkback: '.json5', yakbak: '.js' };

/** Writes what the peer would have recorded: the same answers, heads included. */
export function writeTapes(peer: Peer, folder: string, { headers, answers }: AnswersFile): void {
  mkdirSync(folder, { recursive: true });
  // yakbak's tapes are CommonJS, whatever stands in the folders above.
  if (peer === 'yakbak') writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
  for (const [n, [path, body]] of answers.entries()) {
    if (peer === 'yakbak') {
      const name = createHash('md5').update(`GET ${path}`).digest('hex');
      writeFileSync(join(folder, `${name}.js`), yakbakTape(path, headers, body));
    } else {
      writeFileSync(join(folder, `tape-${n}.json5`), talkbackTape(path, headers, body));
    }
  }
}

function yakbakTape(path: string, headers: AnswersFile['headers'], body: string): string {
  const lines = Object.entries(headers).map(
    ([name, value]) => `  res.setHeader(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  return `var path = require("path");

/**
 * GET ${path}
 *
 * accept: application/json
 */

module.exports = function (req, res) {
  res.statusCode = 200;

${lines.join('\n')}

  res.setHeader("x-yakbak-tape", path.basename(__filename, ".js"));

  res.write(new Buffer("${Buffer.from(body).toString('base64')}", "base64"));
  res.end();

  return __filename;
};
`;
}

function talkbackTape(path: string, headers: AnswersFile['headers'], body: string): string {
  const lists = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]);
  const tape = {
    // Without 'resHumanReadable' the body is base64, which keeps it as it is: JSON would be laid out anew.
    meta: { createdAt: '2026-01-01T00:00:00.000Z', host: 'http://127.0.0.1:9' },
    req: { headers: { accept: 'application/json' }, url: path, method: 'GET', body: '' },
    res: { status: 200, headers: Object.fromEntries(lists), body: Buffer.from(body).toString('base64') },
  };
  return `${JSON.stringify(tape, null, 4)}\n`;
}
