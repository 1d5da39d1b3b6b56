import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { idOfFileName } from '../src/cassette/file-name.ts';
import { parseCassetteFile, writeCassetteFile } from '../src/cassette/format.ts';
import { startRestage } from '../src/index.ts';
import { writeJson } from '../src/json.ts';
import { createRedactor } from '../src/redaction/redactor.ts';
import { startStandIn } from './support/stand-in.ts';

const files = readdirSync('cassettes', { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.json'),
);

describe.each(files)('the committed cassette %s', (file) => {
  const text = readFileSync(join('cassettes', file), 'utf8');
  const restApiId = idOfFileName(file.split('/').at(-1) ?? '') ?? '';

  it('is loaded, and is what restage would write', () => {
    const interactions = parseCassetteFile(text, restApiId);
    expect(interactions).not.toEqual([]);
    expect(writeCassetteFile(restApiId, interactions)).toBe(text);
  });

  it('holds nothing that would be redacted', async () => {
    const redact = createRedactor([], []);
    for (const { takes } of parseCassetteFile(text, restApiId)) {
      for (const { content } of takes) expect(writeJson(await redact(content))).toBe(writeJson(content));
    }
  });

  it('holds no access key, account id or signature', () => {
    expect(text).not.toMatch(/AKIA|ASIA|AWS4-HMAC|Signature=|Security-Token/i);
    expect(text.replaceAll('123456789012', '')).not.toMatch(/(?<!\d)\d{12}(?!\d)/);
  });
});

describe('the example', () => {
  it('is what recording the stand-in gives, but for the date', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'restage-example-'));
    const standIn = await startStandIn();
    const options = { dir, cassette: 'example', port: 0, upstream: standIn.url, 'trust-clients': true };
    const { accessKeyId, secretAccessKey } = standIn.credentials;
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    const restage = await startRestage('record', options);
    try {
      for (const query of ['', '?deploymentId=vakw79']) {
        const answer = await fetch(`${restage.url}/restapis/a1b2c3d4e5/stages${query}`, {
          headers: { accept: 'application/json' },
        });
        expect(answer.headers.get('x-restage-outcome')).toBe('recorded');
      }
      const undated = (text: string) => text.replace(/"recordedAt": "[^"]*"/g, '');
      const recorded = readFileSync(join(dir, 'example/a1b2c3d4e5.json'), 'utf8');
      expect(undated(recorded)).toBe(undated(readFileSync('cassettes/example/a1b2c3d4e5.json', 'utf8')));
    } finally {
      await restage.close();
      await standIn.close();
      rmSync(dir, { recursive: true });
      vi.unstubAllEnvs();
    }
  });
});
