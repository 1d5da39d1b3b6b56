import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { type JsonObject, parseJson, writeJson } from '../../../src/json.ts';
import type { CustomRule } from '../../../src/redaction/custom-rule.ts';
import { createEngine } from '../../../src/redaction/engine.ts';
import { createRedactor } from '../../../src/redaction/redactor.ts';
import { type RedactionName, redactionNames } from '../../../src/redaction/rule-names.ts';
import { plantedSecrets } from '../../support/planted-secrets.ts';

const KEY_ID = 'AKIAIOSFODNN7EXAMPLE';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln';
const PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----';

function redact(
  value: unknown,
  off: readonly RedactionName[] = [],
  custom: readonly CustomRule[] = [],
): unknown {
  const content = parseJson(JSON.stringify(value)) as JsonObject;
  return JSON.parse(writeJson(createEngine(off, custom).redact(content)));
}

/** What becomes of a text in a field that is no one's in particular. */
function redactText(text: string, off: readonly RedactionName[] = []): unknown {
  return (redact({ stages: [{ description: text }] }, off) as { stages: { description: string }[] }).stages[0]
    ?.description;
}

describe('of a text', () => {
  it.each([
    [`signed in with ${KEY_ID}.`, 'signed in with REDACTED.'],
    [`x${KEY_ID}`, 'xREDACTED'],
    [`Bearer ${JWT}`, 'Bearer REDACTED'],
    [`key: ${PEM} end`, 'key: REDACTED end'],
    ['-----BEGIN PRIVATE KEY-----', 'REDACTED'],
    ['see postgres://u:p@db:5432/x', 'see postgres://u:REDACTED@db:5432/x'],
    ['redis://:p@h and HTTP://U:P@H', 'redis://:REDACTED@h and HTTP://U:REDACTED@H'],
    ['https://me:a/b@c@example.com/x', 'https://me:REDACTED@example.com/x'],
    ['Server=db;Password=a b;Encrypt=true', 'Server=db;Password=REDACTED;Encrypt=true'],
    ['https://example.com/?a=1&api_key=k&b=2#c', 'https://example.com/?a=1&api_key=REDACTED&b=2#c'],
    ['a%3A%2F%2Fu%3Apw%40h%2Fx', 'a%3A%2F%2Fu%3AREDACTED%40h%2Fx'],
  ])('%s becomes %s: what is no secret can still be read', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  it.each([
    'AKIA',
    'akiaiosfodnn7example',
    `X${KEY_ID}`,
    `${KEY_ID}X`,
    'AKIAIOSFODNN7EXAMPL',
    'eyJ',
    'eyJhbGci',
    'eyJhbGci.x.y',
    'a.b.c',
    `x${JWT}`,
    '-----BEGIN PUBLIC KEY-----',
    '-----BEGIN CERTIFICATE-----',
    'BEGIN PRIVATE KEY',
    'https://host/x',
    'https://user@host',
    'http://host:80/a@b',
    'mailto:a@b',
    'a:b@c',
    'https://host:80/',
  ])('%s nothing is taken', (text) => {
    expect(redactText(text)).toBe(text);
  }); // prettier-ignore
});

describe('a rule', () => {
  const others = (rule: string) => redactionNames.filter((name) => name !== rule);

  it.each(redactionNames.filter((rule) => rule !== 'account-ids'))(
    '%s is switched off by its name, and no other',
    (rule) => {
      const own = plantedSecrets.filter((planted) => planted.rule === rule);
      expect(own).not.toEqual([]);
      for (const { text } of own) expect(redactText(text, redactionNames)).toBe(text);
      // Those that it alone knows.
      expect(own.filter(({ text }) => redactText(text, [rule]) === text)).not.toEqual([]);
      for (const { text } of own.slice(0, 1)) expect(redactText(text, others(rule))).not.toBe(text);
    },
  );

  it('that is not known cannot be switched off, and the nearest and the known are told', () => {
    expect(() => createRedactor(['url-pasword'], [])).toThrow(
      "Cannot switch off redaction 'url-pasword': there is no such rule. Did you mean 'url-passwords'? Known are account-ids, ",
    );
    for (const name of ['nope', 'constructor', '']) {
      expect(() => createRedactor([name], [])).toThrow(UsageError);
      expect(() => createRedactor([name], [])).toThrow('Known are account-ids, secret-names');
    }
  });

  it("of the user's replaces what it matches, each time, after the built-in ones", () => {
    const custom = [
      { match: /corp-(\w+)/g, replace: '<$1>' },
      { match: /REDACTED/g, replace: 'hidden' },
    ];
    const content = { a: 'corp-x and corp-y', b: KEY_ID, c: ['corp-z'] };
    const expected = { a: '<x> and <y>', b: 'hidden', c: ['<z>'] };
    expect(redact(content, [], custom)).toEqual(expected);
    expect(redact(content, [], custom), 'a second time, too').toEqual(expected);
  });

  it("of the user's is for the user's names too, not for those of the service or the format", () => {
    const all: CustomRule = { match: /.+/g, replace: '#' };
    const stage = { stageName: 'a', variables: { a: 'b', c: 'd' }, canarySettings: { percentTraffic: 5 } };
    expect(redact({ stages: [stage] }, [], [all])).toEqual({
      stages: [
        { stageName: '#', variables: { '#': '#', '#-2': '#' }, canarySettings: { percentTraffic: '#' } },
      ],
    });
    const missing = { error: { type: 'NotFoundException', message: 'x' } };
    expect(redact(missing, [], [all])).toEqual({ error: { type: 'NotFoundException', message: '#' } });
    const numbered = { stages: [], envelope: { item: [0, 1], _embedded: { item: 0 } } };
    expect(redact(numbered, [], [all])).toEqual(numbered);
  });
});

describe('a document', () => {
  it('keeps its shape: numbers, yes and no, nothing', () => {
    const text =
      '{"stages":[{"rate":10000.0,"on":true,"none":null,"tokenTtl":3600,"secret":{"limit":5,"on":false}}]}';
    expect(writeJson(createEngine([], []).redact(parseJson(text) as JsonObject))).toBe(text);
  });

  it('loses numbers that are secrets themselves', () => {
    expect(redact({ stages: [{ pass: 1234, secret: { a: ['x', 1, true, null, { b: 'y' }] } }] })).toEqual({
      stages: [{ pass: 'REDACTED', secret: { a: ['REDACTED', 'REDACTED', true, null, { b: 'REDACTED' }] } }],
    });
  });

  it('is copied', () => {
    const content = parseJson(`{"stages":[{"description":"${KEY_ID}"}]}`) as JsonObject;
    createEngine([], []).redact(content);
    expect(writeJson(content)).toContain(KEY_ID);
  });

  it('keeps as many fields as it has, whatever they were called', () => {
    const names = [`${KEY_ID}`, `${KEY_ID.slice(0, -1)}A`, 'REDACTED'];
    const numbered = { REDACTED: 2, 'REDACTED-2': 1, 'REDACTED-3': 0 };
    const of = (order: readonly string[]) => ({
      tags: Object.fromEntries(order.map((name) => [name, names.indexOf(name)])),
    });
    expect(redact(of(names))).toEqual({ tags: numbered });
    expect(redact(of([...names].reverse())), 'in another order').toEqual({ tags: numbered });
  });

  it('is the same after a second time', () => {
    const parts = [
      ...plantedSecrets.map(({ text }) => text),
      'arn:aws:iam::111122223333:',
      'https://',
      ':',
      '/',
      '@',
      'a',
      ' ',
      '111122223333',
      'REDACTED',
      '.',
      '{"a":"',
      '"}',
      '=',
      ';',
      '%41',
      'password',
      'token=',
      '-----BEGIN ',
      '\\"',
      '?',
      '&sig=',
      'Bearer ',
    ]; // prettier-ignore
    const texts = fc.array(fc.constantFrom(...parts), { maxLength: 6 }).map((some) => some.join(''));
    const names = fc.oneof(
      fc.constantFrom(
        'token',
        'message',
        'variables',
        'tags',
        'a',
        'stageName',
        '__proto__',
        'secret',
        'name',
        'value',
        'tokenTtl',
      ),
      texts,
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        texts,
        fc.dictionary(names, tie('tree')),
        fc.array(tie('tree')),
        fc.integer(),
        texts.map((text) => JSON.stringify({ a: text })),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(names, tree), (value) => {
        const once = redact(value);
        expect(redact(once)).toEqual(once);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a redactor', () => {
  it('gives what its engine gives, each time', async () => {
    const redactor = createRedactor(['jwts'], [{ match: /corp/g, replace: 'x' }]);
    const content = parseJson(JSON.stringify({ a: KEY_ID, b: JWT, c: 'corp' })) as JsonObject;
    expect(await redactor(content)).toEqual({ a: 'REDACTED', b: JWT, c: 'x' });
    expect(await redactor(content)).toEqual({ a: 'REDACTED', b: JWT, c: 'x' });
  });
});
