import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { parse as parseByLibrary } from 'lossless-json';
import { describe, expect, test } from 'vitest';
import {
  countValues,
  equalJson,
  isJsonObject,
  type Json,
  JsonLimitError,
  numberOf,
  numberText,
  objectOf,
  parseJson,
  sortKeys,
  writeJson,
} from '../../src/json.ts';
import { growthOf, LINEAR } from '../support/growth.ts';
import { jsonValue } from '../support/odd-json.ts';

describe('parseJson and writeJson', () => {
  test.each(['10000.0', '1e400', '-0', '0', '1E+2', '0.10', '12345678901234567890', '-1.50e-7'])(
    'keep the number %s as it was written',
    (text) => {
      expect(writeJson(parseJson(text))).toBe(text);
      expect(writeJson(parseJson(`{"a":[${text}]}`))).toBe(`{"a":[${text}]}`);
      expect(numberText(parseJson(text))).toBe(text);
    },
  );

  test('keep a field that is named __proto__, constructor or toJSON', () => {
    const text = '{"__proto__":{"a":null},"constructor":1,"toJSON":"x"}';
    expect(writeJson(parseJson(text))).toBe(text);
    expect(Object.getPrototypeOf(parseJson(text))).toBe(Object.prototype);
  });

  test('keep half a surrogate pair', () => {
    expect(writeJson(parseJson('"\\ud800"'))).toBe('"\\ud800"');
  });

  test('indent when asked to', () => {
    expect(writeJson(parseJson('{"a":[1.0]}'), 2)).toBe('{\n  "a": [\n    1.0\n  ]\n}');
  });

  test('agree with JSON on everything but numbers', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), (text) => {
        const written = writeJson(parseJson(text));
        expect(JSON.parse(written)).toEqual(JSON.parse(text));
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    '',
    ' ',
    '{',
    '{"a":1,}',
    '[1,]',
    '01',
    '+1',
    '.5',
    '1.',
    'NaN',
    'nul',
    "{'a':1}",
    '1 2',
    '"\t"',
  ])('refuse %j with a SyntaxError', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  test('refuse a key that is repeated with another value', () => {
    expect(() => parseJson('{"a":1,"a":2}')).toThrow(SyntaxError);
    expect(() => parseJson('{"a":1,"a":1.0}')).toThrow(SyntaxError);
    expect(writeJson(parseJson('{"a":1,"a":1}'))).toBe('{"a":1}');
  });

  test('agree with the library on what is JSON, and on what it says', () => {
    fc.assert(
      fc.property(almostJson, (text) => {
        expect(outcomeOf(() => parseJson(text))).toEqual(outcomeOf(() => parseByLibrary(text) as Json));
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  test.each([
    ['"\\\\"', '\\'],
    ['"\\\\\\""', '\\"'],
    ['"a longer text with \\n and \\u00e9"', 'a longer text with \n and é'],
    ['"\\/"', '/'],
  ])('read the text %s', (text, value) => {
    expect(parseJson(text)).toBe(value);
  });

  test.each([
    '"\\x"',
    '"\\u12g4"',
    '"\\"',
    '"\\\\\\"',
    '"a longer text with a \t tab"',
    '["a" "b"]',
    '{"a" 1}',
    '{"a":1 "b":2}',
    '{1:2}',
    '-',
    '1e',
    'truefalse',
    '\ufeff{}',
  ])('refuse %j too', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  test('say where what is wrong stands', () => {
    expect(() => parseJson('[1,x]')).toThrow(new SyntaxError('"x" at position 3 is not expected'));
    expect(() => parseJson('[1,')).toThrow(new SyntaxError('it ends too early'));
    expect(() => parseJson('{"a":1,"a":2}')).toThrow(new SyntaxError('"a" is given twice'));
  });

  test.each(['[1,[],{"a":null}]', '[[[[[]]]]]', '{"a":{"b":"c"},"d":true}'])(
    'count the values of %s',
    (text) => {
      const values = countValues(parseJson(text));
      expect(values).toBe(text.replace(/"(?=[^"]*":)/g, '').match(/[[{]|true|null|"c"|1/g)?.length);
      expect(parseJson(text, { depth: 9, values })).toEqual(parseJson(text));
      expect(() => parseJson(text, { depth: 9, values: values - 1 })).toThrow(JsonLimitError);
    },
  );

  test('keep no text alive for a piece of it', () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    gc();
    const before = process.memoryUsage().heapUsed;
    const kept = Array.from({ length: 20 }, (_, i) =>
      parseJson(`${' '.repeat(2_000_000)}"${i} is a text of some length"`),
    );
    gc();
    expect(kept).toHaveLength(20);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(10_000_000);
  });

  test.each<[string, (size: number) => string]>([
    ['lists', (size) => `[${'[],'.repeat(size)}[]]`],
    ['fields', (size) => `{${Array.from({ length: size }, (_, i) => `"${i.toString(36)}":0`).join(',')}}`],
    ['one field, again and again', (size) => `{${'"a":0,'.repeat(size)}"a":0}`],
    ['a long text', (size) => `"${'a'.repeat(100 * size)}"`],
    ['a text of quotes', (size) => `"${'\\"'.repeat(10 * size)}"`],
    ['a text of backslashes', (size) => `"${'\\\\'.repeat(10 * size)}"`],
    ['a long number', (size) => `1${'0'.repeat(20 * size)}`],
    ['blanks', (size) => `${' '.repeat(50 * size)}1`],
  ])('take time in proportion to %s', (_, textOf) => {
    expect(growthOf(20_000, textOf, (text) => parseJson(text))).toBeLessThan(LINEAR);
  });

  test('take 200 levels of nesting and no more', () => {
    expect(writeJson(parseJson(nested(200)))).toBe(nested(200));
    expect(() => parseJson(nested(201))).toThrow(new SyntaxError('it nests too deeply'));
  });

  test('refuse what nests so deeply that the parser itself gives up', () => {
    expect(() => parseJson(nested(200_000))).toThrow(new SyntaxError('it nests too deeply'));
  });
});

describe('isJsonObject', () => {
  test.each<[Json | undefined, boolean]>([
    [{}, true],
    [{ value: '1', isLosslessNumber: true }, true],
    [[], false],
    [null, false],
    [undefined, false],
    ['{}', false],
    [true, false],
    [numberOf('1'), false],
  ])('%j: %s', (value, is) => {
    expect(isJsonObject(value)).toBe(is);
  });
});

describe('numberText', () => {
  test.each<Json | undefined>(['1', null, undefined, true, { value: '1' }])('is nothing for %j', (value) => {
    expect(numberText(value)).toBeUndefined();
  });
});

describe('numberOf', () => {
  test('refuses what is no number', () => {
    expect(() => numberOf('1; drop')).toThrow();
  });
});

describe('objectOf', () => {
  test('makes __proto__ a field like any other', () => {
    const object = objectOf([
      ['__proto__', 'x'],
      ['b', null],
    ]);
    expect(Object.keys(object)).toEqual(['__proto__', 'b']);
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
  });
});

describe('sortKeys', () => {
  test('sorts by code unit, at any depth, and leaves the order of lists alone', () => {
    const value = parseJson('{"b":[{"d":1.0,"c":2}],"B":null,"é":true,"a":"x","__proto__":{"z":1,"y":2}}');
    expect(writeJson(sortKeys(value))).toBe(
      '{"B":null,"__proto__":{"y":2,"z":1},"a":"x","b":[{"c":2,"d":1.0}],"é":true}',
    );
  });

  test('leaves what it was given as it was', () => {
    const value = parseJson('{"b":1,"a":2}');
    sortKeys(value);
    expect(writeJson(value)).toBe('{"b":1,"a":2}');
  });

  test('changes nothing that is said', () => {
    fc.assert(
      fc.property(jsonValue, (value) => {
        expect(JSON.parse(writeJson(sortKeys(value)))).toEqual(JSON.parse(writeJson(value)));
        expect(writeJson(sortKeys(sortKeys(value)))).toBe(writeJson(sortKeys(value)));
      }),
      { numRuns: 200 },
    );
  });
});

describe('equalJson', () => {
  test.each([
    ['{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3,"c":2},"a":1}', true],
    ['1', '1.0', false],
    ['[1,2]', '[2,1]', false],
    ['{"a":null}', '{}', false],
    ['{}', '[]', false],
    ['"1"', '1', false],
    ['{"__proto__":1}', '{}', false],
    ['{"__proto__":1}', '{"__proto__":2}', false],
  ])('%s and %s: %s', (a, b, are) => {
    expect(equalJson(parseJson(a), parseJson(b))).toBe(are);
    expect(equalJson(parseJson(b), parseJson(a))).toBe(are);
  });
});

function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

test('sortKeys takes time by the size of a value, not by its depth', () => {
  let text = '{"b":1,"a":1}';
  for (let depth = 0; depth < 150; depth += 1) text = `{"b":${text},"a":1}`;
  const sorted = writeJson(sortKeys(parseJson(text)));
  expect(sorted.startsWith('{"a":1,"b":{"a":1,"b":{')).toBe(true);
  expect(sorted).toHaveLength(text.length);
});

/** JSON with a slip of the pen: a character left out, or put in. */
const almostJson = fc
  .tuple(
    fc.json({ maxDepth: 3 }),
    fc.nat(),
    fc.constantFrom('', '', ...'{}[]",:\\ -.0e1ntf\n\u0001'),
    fc.boolean(),
  )
  .map(([text, at, put, isLeftOut]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + put + text.slice(isLeftOut ? place + 1 : place);
  });

function outcomeOf(parse: () => Json): string {
  try {
    return writeJson(parse());
  } catch (error) {
    return (error as Error).name;
  }
}
