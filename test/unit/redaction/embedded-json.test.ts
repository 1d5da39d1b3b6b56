import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json.ts';
import { createEngine } from '../../../src/redaction/engine.ts';

const engine = createEngine([], []);

function redactText(text: string): unknown {
  const { stages } = engine.redact({ stages: [{ description: text }] }) as { stages: [JsonObject] };
  return stages[0].description;
}

describe('JSON in a text', () => {
  it.each([
    [
      '{ "user":"me",\n   "password":"x",  "n": 1.50 }',
      '{ "user":"me",\n   "password":"REDACTED",  "n": 1.50 }',
    ],
    ['[ {"a":"é \\u00e9 \\/","token" : "x"} ]', '[ {"a":"é \\u00e9 \\/","token" : "REDACTED"} ]'],
    [
      '{"credentials":{"user":"u","list":["x",7,true,null]}}',
      '{"credentials":{"user":"REDACTED","list":["REDACTED","REDACTED",true,null]}}',
    ],
    ['{"a":"say \\"AKIAIOSFODNN7EXAMPLE\\""}', '{"a":"say \\"REDACTED\\""}'],
    ['{"AKIAIOSFODNN7EXAMPLE":1,"AKIAIOSFODNN7EXAMPLF":2}', '{"REDACTED":1,"REDACTED-2":2}'],
    [
      '[{"Key":"DB_PASS","Value":"x"},{"Key":"team","Value":"x"}]',
      '[{"Key":"DB_PASS","Value":"REDACTED"},{"Key":"team","Value":"x"}]',
    ],
    ['{"a":"{\\"pwd\\": \\"x\\"}"}', '{"a":"{\\"pwd\\": \\"REDACTED\\"}"}'],
    [
      '{"token":"$context.authorizer.token","tokenTtl":60}',
      '{"token":"$context.authorizer.token","tokenTtl":60}',
    ],
    ['{"password":"x","password":"y"}', '{"password":"REDACTED","password":"REDACTED"}'],
  ])('%s becomes %s', (text, expected) => {
    expect(redactText(text)).toBe(expected);
    expect(redactText(expected)).toBe(expected);
  });

  it('is read in JSON as often as people do that', () => {
    let text = '{"password":"hunter2"}';
    for (let depth = 0; depth < 6; depth += 1) text = JSON.stringify({ config: text });
    expect(redactText(text)).not.toContain('hunter2');
  });
});
