import { describe, expect, it } from 'vitest';
import { type JsonObject, parseJson, writeJson } from '../../../src/json.ts';
import { createEngine } from '../../../src/redaction/engine.ts';
import { redactionNames } from '../../../src/redaction/rule-names.ts';
import { harmlessNames, plantedSecrets, secretNames } from '../../support/planted-secrets.ts';

const engine = createEngine([], []);

function redact(value: unknown, with_ = engine): string {
  return writeJson(with_.redact(parseJson(JSON.stringify(value)) as JsonObject));
}

/** Where a text can stand in what is recorded. */
const places: Readonly<Record<string, (text: string) => unknown>> = {
  'a description': (text) => ({ stages: [{ description: text }] }),
  'a stage variable': (text) => ({ stages: [{ variables: { url: text } }] }),
  'a name of a stage variable': (text) => ({ stages: [{ variables: { [text]: 'x' } }] }),
  'a tag': (text) => ({ stages: [{ tags: { team: text } }] }),
  'a name of a tag': (text) => ({ stages: [{ tags: { [text]: 'x' } }] }),
  'an override of a canary': (text) => ({
    stages: [{ canarySettings: { stageVariableOverrides: { a: text } } }],
  }),
  "a stage's name": (text) => ({ stages: [{ stageName: text }] }),
  'a deployment id': (text) => ({ stages: [{ deploymentId: text, canarySettings: { deploymentId: text } }] }),
  'an id, a type, a version': (text) => ({
    stages: [
      { id: text, type: text, documentationVersion: text, clientCertificateId: text, restApiId: text },
    ],
  }),
  'a log format': (text) => ({ stages: [{ accessLogSettings: { format: text } }] }),
  "a method's path": (text) => ({ stages: [{ methodSettings: { [text]: { metricsEnabled: true } } }] }),
  'a link': (text) => ({ stages: [], links: { self: { href: text } } }),
  'a link relation': (text) => ({ stages: [], links: { [text]: { href: '/x' } } }),
  'a link of a stage': (text) => ({ stages: [], stageLinks: { [text]: { self: { href: text } } } }),
  'the envelope': (text) => ({ stages: [], envelope: { [text]: { a: [text] } } }),
  'a message': (text) => ({ error: { type: 'NotFoundException', message: text } }),
  'another field of an error': (text) => ({
    error: { type: 'NotFoundException', message: 'x', detail: { id: [text] } },
  }),
  'a list in a list': (text) => ({ stages: [{ a: [[{ b: [text] }]] }] }),
  'JSON in a variable': (text) => ({
    stages: [{ variables: { config: JSON.stringify({ a: [text], [text]: 1 }) } }],
  }),
  'JSON in JSON': (text) => ({ stages: [{ description: JSON.stringify([JSON.stringify({ a: text })]) }] }),
};

/** The text in each of them, all in one answer. */
function planted(text: string): unknown {
  const contents = Object.values(places).map((place) => place(text) as Readonly<Record<string, object>>);
  const all = (field: string) => contents.map((content) => content[field] ?? {});
  return {
    stages: all('stages').flat(),
    links: Object.assign({}, ...all('links')),
    stageLinks: Object.assign({}, ...all('stageLinks')),
    envelope: Object.assign({}, ...all('envelope')),
    error: { list: all('error') },
  };
}

describe.each(plantedSecrets)('$what', ({ text, secret, rule }) => {
  // As it stands in JSON, which is how often it is in there.
  const traces = [secret, JSON.stringify(secret).slice(1, -1)];

  it('stands nowhere', () => {
    const isIn = (content: unknown) => traces.some((trace) => redact(content).includes(trace));
    const left = isIn(planted(text))
      ? Object.keys(places).filter((place) => isIn(places[place]?.(text)))
      : [];
    expect(left).toEqual([]);
  });

  // In JSON, names are seen where it is read as such.
  // What stands in JSON in a text is found as the text's own document is redacted.
  const isDocument = /^[{[].*[}\]]$/.test(text);
  if (!isDocument)
    it('is found, by its rule', () => {
      expect(redactionNames).toContain(rule);
      const [finding] = engine.find(text);
      expect(finding?.rule).toBe(rule);
      expect(text.slice(finding?.start, finding?.end)).not.toBe('');
    });

  it('is gone after the first time', () => {
    const once = redact(planted(text));
    expect(redact(JSON.parse(once))).toBe(once);
  });
});

describe.each(secretNames)('a value under the name %s', (name) => {
  const secret = 'correct horse';
  const named: Readonly<Record<string, unknown>> = {
    'a stage variable': { stages: [{ variables: { [name]: secret } }] },
    'an override of a canary': {
      stages: [{ canarySettings: { stageVariableOverrides: { [name]: secret } } }],
    },
    'a tag': { stages: [{ tags: { [name]: secret } }] },
    'a field of a stage': { stages: [{ [name]: secret }] },
    'a field further down': { stages: [{ a: [{ b: { [name]: [{ c: secret }] } }] }] },
    'a list of pairs': { stages: [{ a: [{ key: name, value: secret }] }] },
    'the envelope': { stages: [], envelope: { [name]: secret } },
    'an error': { error: { type: 'NotFoundException', message: 'x', [name]: secret } },
    'a link relation': { stages: [], links: { [name]: { href: secret } } },
    'JSON in a text': { stages: [{ description: JSON.stringify({ a: { [name]: { b: [secret] } } }) }] },
  };

  it('is not kept', () => {
    expect(Object.keys(named).filter((place) => redact(named[place]).includes(secret))).toEqual([]);
  });

  it('is kept when the rule is switched off', () => {
    const off = createEngine(['secret-names'], []);
    expect(
      Object.keys(named).filter((place) => redact(named[place], off) !== JSON.stringify(named[place])),
    ).toEqual([]);
  });
});

describe('a value under the name of no secret', () => {
  it.each(harmlessNames)('%s is kept', (name) => {
    const content = { stages: [{ variables: { [name]: 'value' }, [name]: { a: 'value', b: 7 } }] };
    expect(redact(content)).toBe(JSON.stringify(content));
  });
});

describe('what stays', () => {
  it.each([
    [
      'a password in a sentence, which only its reader knows for one',
      { description: 'the password is swordfish' },
    ],
    ['a password that is a number up to a slash: it is a port', { description: 'https://host:8080/a@b' }],
    ['a secret in another encoding', { description: Buffer.from('password=hunter2').toString('hex') }],
    ['yes and no, even under the name of a secret', { variables: { private: 'true' }, secret: false }],
    ['how long a secret is good for', { tokenValiditySeconds: 3600, credentials: { ttl: 300 } }],
    [
      'the name of a secret that AWS keeps',
      { variables: { dbSecret: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf' } },
    ],
    [
      'what is filled in later',
      {
        accessLogSettings: { format: '{"apiKey":"$context.identity.apiKey"}' },
        variables: { token: `\${stageVariables.t}` },
      },
    ],
    [
      'settings of a path that sounds like a secret',
      { methodSettings: { '~1oauth~1token/POST': { throttlingBurstLimit: 5000, loggingLevel: 'INFO' } } },
    ],
  ])('is %s', (_, stage) => {
    expect(redact({ stages: [stage] })).toBe(JSON.stringify({ stages: [stage] }));
  });
});
