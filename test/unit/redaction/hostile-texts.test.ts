import { describe, expect, it } from 'vitest';
import { redactionBounds } from '../../../src/bounds.ts';
import type { JsonObject } from '../../../src/json.ts';
import { createEngine } from '../../../src/redaction/engine.ts';
import { createSecretFinder } from '../../../src/redaction/find-secrets.ts';

const LENGTH = 150_000;
const engine = createEngine([], []);

function redactText(text: string): unknown {
  const { stages } = engine.redact({ stages: [{ description: text }] }) as { stages: [JsonObject] };
  return stages[0].description;
}

/** What is quadratic takes a minute; what is linear, some hundredths of a second. */
function expectSoon(work: () => void): void {
  const startedAt = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(startedAt);
  expect((user + system) / 1000).toBeLessThan(1500);
}

describe('a long row', () => {
  it.each([
    'a',
    ' ',
    '1',
    '.',
    '-',
    '_',
    '"',
    "'",
    '\\',
    '%',
    '[',
    '{"a":',
    '://:',
    'http://a:',
    'http://u:p@',
    'https://',
    '%41',
    '%252541',
    'arn:aws:',
    'arn:aws-aaaa',
    'arn%3Aaws%3A',
    '111122223333 ',
    'amazonaws.com/',
    'account ',
    'AKIAA',
    'AKIAIOSFODNN7EXAMPLE ',
    'eyJ',
    'eyJaaaaaaaa.',
    'eyJaaaaaaaa.aaaaaa.',
    '-----BEGIN A ',
    '-----BEGIN PRIVATE KEY-----',
    'LS0tLS1CRUdJTi',
    'IQoJb3JpZ2lu',
    'password=',
    'password=a ',
    'password: ',
    'password="',
    '\\"password\\":\\"a\\"',
    ';password=a',
    '--token a ',
    '<password>',
    'Bearer ',
    'Bearer a1b2c3d4e5 ',
    'Basic YTpi',
    'sig=abcdefgh1&',
    'hooks.slack.com/services/',
    'ghp_',
    'ghs_1_',
    'xoxb-a-',
    'SG.a.',
    'hvb.',
    'figd_',
    'tskey-a-',
    'sk-proj-',
    'SECRET_ACCESS_KEY ',
    'A1b2',
    '[],',
    'secret',
  ])('of %j is searched in time that grows with its length', (unit) => {
    const text = unit.repeat(Math.ceil(LENGTH / unit.length));
    expectSoon(() => redactText(text));
  }); // prettier-ignore
});

describe('many texts', () => {
  const texts: Readonly<Record<string, (at: number) => string>> = {
    words: (at) => `value number ${at} of many`,
    ARNs: (at) => `arn:aws:lambda:us-east-1:${111122223333 + at}:function:f`,
    secrets: (at) => `Bearer a1b2c3d4${at}`,
    'encoded texts': (at) => `%252541bcdefgh${at}`,
    'JSON with secrets': (at) => `{"password":"${at}"}`,
    'texts in Base64': (at) => Buffer.from(`{"password": "x${at} y"}`).toString('base64'),
  };

  it.each(Object.keys(texts))('(%s) are searched together', (name) => {
    const list = Array.from({ length: 6000 }, (_, at) => texts[name]?.(at) ?? '');
    expectSoon(() => engine.redact({ stages: [{ list }] }));
    expectSoon(() => engine.redact({ stages: [Object.fromEntries(list.map((text) => [text, null]))] }));
  });

  it('with a secret each are taken out, beyond a bound as a whole', () => {
    const list = Array.from({ length: redactionBounds.searches }, (_, at) => `use Bearer a1b2c3d4${at}`);
    const { stages } = engine.redact({ stages: [{ list }] }) as { stages: [{ list: string[] }] };
    expect(stages[0].list[0]).toBe('use Bearer REDACTED');
    expect(stages[0].list.at(-1)).toBe('REDACTED');
  });
});

it('texts in JSON beyond a bound are taken out as a whole', () => {
  const list = Array.from({ length: redactionBounds.jsonTexts + 1 }, (_, at) => `{"name":${at}}`);
  const { stages } = engine.redact({ stages: [{ list }] }) as { stages: [{ list: string[] }] };
  expect(stages[0].list).toEqual([...list.slice(0, -1), 'REDACTED']);
});

it('texts beyond a bound are taken out as a whole, once enough of them are searched by themselves', () => {
  const { texts, searches } = redactionBounds;
  const list = Array.from({ length: texts + searches }, (_, at) => `number ${at}`);
  const { stages } = engine.redact({ stages: [{ list }] }) as { stages: [{ list: string[] }] };
  const kept = stages[0].list.filter((text) => text !== 'REDACTED').length;
  expect(kept).toBeGreaterThanOrEqual(texts);
  expect(kept).toBeLessThan(texts + searches);
});

it('findings beyond a bound are not told apart: each text may hold one', () => {
  const texts = new Set(['password=a '.repeat(redactionBounds.findings + 1), 'lorem ipsum']);
  expect(createSecretFinder(() => true).screen(texts)).toEqual(texts);
});

describe('a long text', () => {
  const long = 'lorem ipsum '.repeat(20_000);

  it('stays when it holds no secret', () => {
    expect(redactText(long)).toBe(long);
  });

  it('is taken out as a whole when it holds one, wherever', () => {
    const { textLength, partOverlap } = redactionBounds;
    for (const at of [0, textLength - 10, textLength - partOverlap - 10, long.length]) {
      expect(redactText(`${long.slice(0, at)} AKIAIOSFODNN7EXAMPLE ${long.slice(at)}`)).toBe('REDACTED');
    }
  });
});
