import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Interaction,
  isSameAnswer,
  isSameInteraction,
  parseCassetteFile,
  type Take,
  writeCassetteFile,
} from '../../../src/cassette/format.ts';
import { type JsonObject, numberOf, parseJson, sortKeys } from '../../../src/json.ts';
import { errorTake, interactionOf, stagesContent, stagesKey, takeOf } from '../../support/recordings.ts';

const ID = 'a1b2c3d4e5';

const TAKE =
  '"status":200,"representation":"json","region":"us-east-1","recordedAt":"2024-01-01T00:00:00Z","stages":[]';
const ERROR_TAKE = TAKE.replace('200', '404').replace('"stages":[]', '"error":{"type":"NotFoundException"}');

/** A file with one interaction that has one take, its fields as JSON text. */
function fileOf({ take = TAKE, fields = '', head = '"restage":1,"restApiId":"a1b2c3d4e5"' } = {}): string {
  return `{${head},"interactions":[${interactionText(take, fields)}]}`;
}

function interactionText(take = TAKE, fields = ''): string {
  return `{"operation":"GetStages"${fields},"takes":[{${take}}]}`;
}

const file = `{
  "restage": 1,
  "restApiId": "a1b2c3d4e5",
  "interactions": [
    {
      "operation": "GetStages",
      "takes": [
        {
          "status": 200,
          "representation": "hal",
          "region": "eu-west-1",
          "recordedAt": "2024-05-06T07:08:09Z",
          "times": 3,
          "stages": [
            {
              "methodSettings": {
                "*/*": {
                  "throttlingRateLimit": 10000.0
                }
              },
              "stageName": "prod",
              "variables": {
                "text": "two\\nlines \\u001b"
              }
            }
          ]
        },
        {
          "status": 404,
          "representation": "json",
          "region": "us-east-1",
          "recordedAt": "2024-05-06T07:08:10Z",
          "error": {
            "message": "Invalid API identifier specified",
            "type": "NotFoundException"
          }
        }
      ]
    },
    {
      "operation": "GetStages",
      "deploymentId": "",
      "takes": [
        {
          "status": 200,
          "representation": "json",
          "region": "us-east-1",
          "recordedAt": "2024-05-06T07:08:09Z",
          "stages": []
        }
      ]
    },
    {
      "operation": "GetStages",
      "deploymentId": "vakw79",
      "takes": [
        {
          "status": 200,
          "representation": "json",
          "region": "us-east-1",
          "recordedAt": "2024-05-06T07:08:09Z",
          "stages": []
        }
      ]
    }
  ]
}
`;

const json: fc.Arbitrary<JsonObject> = fc
  .dictionary(fc.string({ unit: 'binary', maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 })
  .map((value) => parseJson(JSON.stringify(value)) as JsonObject);

const takes: fc.Arbitrary<Take> = fc.record({
  status: fc.constant(200),
  representation: fc.constantFrom('hal' as const, 'json' as const),
  region: fc.constantFrom('us-east-1', 'eu-west-1', ''),
  recordedAt: fc.constant('2024-05-06T07:08:09Z'),
  times: fc.integer({ min: 1, max: 1_000_000 }),
  at: fc.integer({ min: 0, max: 1_000_000 }),
  content: fc
    .array(json, { maxLength: 3 })
    .map((stages) => ({ stages: stages.map((stage) => sortKeys(stage)) })),
});

const interactionLists: fc.Arbitrary<Interaction[]> = fc.uniqueArray(
  fc
    .tuple(
      fc.option(fc.string({ unit: 'binary', maxLength: 6 }), { nil: undefined }),
      fc.array(takes, { minLength: 1, maxLength: 3 }),
    )
    .map(([deploymentId, list]) => interactionOf(stagesKey(ID, deploymentId), list)),
  { maxLength: 4, selector: ({ key }) => key.text },
);

describe('writing a file', () => {
  it('is pretty, in one order, without a filter first, and ends in one newline', () => {
    expect(writeCassetteFile(ID, parseCassetteFile(file, ID).reverse())).toBe(file);
  });

  it('shows an API without interactions in full', () => {
    expect(writeCassetteFile('"x', [])).toBe(
      '{\n  "restage": 1,\n  "restApiId": "\\"x",\n  "interactions": []\n}\n',
    );
  });

  it('leaves out times when there was one answer', () => {
    const written = (times: number) =>
      writeCassetteFile(ID, [interactionOf(stagesKey(), [takeOf('prod', { times })])]);
    expect(written(1)).not.toContain('times');
    expect(written(2)).toContain('"times": 2');
  });

  it('gives back all that was written, and the same bytes for the same interactions in any order', () => {
    fc.assert(
      fc.property(interactionLists, fc.infiniteStream(fc.nat()), (interactions, stream) => {
        const text = writeCassetteFile(ID, interactions);
        const read = parseCassetteFile(text, ID);
        expect(new Map(read.map((one) => [one.key.text, one]))).toEqual(
          new Map(interactions.map((one) => [one.key.text, one])),
        );
        const shuffled = interactions
          .map((one) => ({ one, at: stream.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        expect(writeCassetteFile(ID, shuffled)).toBe(text);
        expect(writeCassetteFile(ID, read)).toBe(text);
        expect(JSON.parse(text)).toBeTypeOf('object');
      }),
    );
  });
});

describe('reading a file', () => {
  it('keeps numbers as they were written', () => {
    const [interaction] = parseCassetteFile(file, ID);
    expect(interaction?.takes[0]?.content).toMatchObject({
      stages: [{ methodSettings: { '*/*': { throttlingRateLimit: numberOf('10000.0') } } }],
    });
  });

  it('has the fields of stages in order, however they stand in the file', () => {
    const text = (stage: string) => fileOf({ take: TAKE.replace('[]', `[${stage}]`) });
    const [sorted, edited] = ['{"a":{"c":1,"d":2},"b":3}', '{"b":3,"a":{"d":2,"c":1}}'].map((stage) =>
      writeCassetteFile(ID, parseCassetteFile(text(stage), ID)),
    );
    expect(edited).toBe(sorted);
  });

  it('takes one answer where there is no times', () => {
    expect(parseCassetteFile(fileOf(), ID)[0]?.takes[0]?.times).toBe(1);
  });

  it.each<[string, string, RegExp]>([
    ['nothing', '', /not JSON/],
    ['a broken end', file.slice(0, -3), /not JSON/],
    ['a conflict of git', `<<<<<<< HEAD\n${file}`, /not JSON/],
    ['null', 'null', /version 1 .*'restage' is missing/],
    ['a list', '[]', /'restage' is missing/],
    ['a string', '"restage"', /'restage' is missing/],
    ['no version', '{"restApiId":"a1b2c3d4e5","interactions":[]}', /'restage' is missing/],
    ['another version', file.replace('"restage": 1', '"restage": 2'), /version 1 .*'restage' is 2/],
    ['a version as text', file.replace('"restage": 1', '"restage": "1"'), /version 1/],
    ['another API', file.replace(ID, 'other'), /another API, 'other'/],
    ['an API in other case', file.replace(ID, ID.toUpperCase()), /another API/],
    ['a number for an API', fileOf({ head: '"restage":1,"restApiId":5' }), /'restApiId' is wrong/],
    ['an unknown field', fileOf({ head: '"restage":1,"restApiId":"a1b2c3d4e5","more":1' }), /"more"/],
    ['a __proto__', fileOf({ head: '"restage":1,"restApiId":"a1b2c3d4e5","__proto__":{}' }), /__proto__/],
    ['no interactions', '{"restage":1,"restApiId":"a1b2c3d4e5"}', /'interactions' is wrong/],
    [
      'interactions that are no list',
      '{"restage":1,"restApiId":"a1b2c3d4e5","interactions":{}}',
      /'interactions'/,
    ],
    [
      'an interaction that is none',
      '{"restage":1,"restApiId":"a1b2c3d4e5","interactions":[null]}',
      /'interactions.0'/,
    ],
    [
      'an unknown operation',
      fileOf().replace('GetStages', 'GetStagez'),
      /operation 'GetStagez'; .*GetStages/,
    ],
    [
      'an operation by a name of Object',
      fileOf().replace('GetStages', 'constructor'),
      /operation 'constructor'/,
    ],
    [
      'an unknown parameter',
      fileOf({ fields: ',"limit":"5"' }),
      /field 'limit' that is no parameter of GetStages/,
    ],
    ['a parameter of a wrong type', fileOf({ fields: ',"deploymentId":null' }), /field 'deploymentId'/],
    ['a parameter that is a number', fileOf({ fields: ',"deploymentId":5' }), /field 'deploymentId'/],
    ['no takes', fileOf().replace(/"takes":\[.*?\]\}\]/, '"takes":[]'), /takes/],
    ['a take that is none', fileOf().replace(/"takes":.*/, '"takes":["x"]}]}'), /'interactions.0.takes.0'/],
    [
      'the same interaction twice',
      `{"restage":1,"restApiId":"${ID}","interactions":[${interactionText()},${interactionText()}]}`,
      /same interaction twice/,
    ],
    ['an unknown field in a 200', fileOf({ take: `${TAKE},"more":1` }), /field 'more', known are stages/],
    ['stages that are no list', fileOf({ take: TAKE.replace('[]', '{}') }), /'stages' is not a list/],
    ['a stage that is none', fileOf({ take: TAKE.replace('[]', '[1.0]') }), /'stages' is not a list/],
    ['links that are no object', fileOf({ take: `${TAKE},"links":[]` }), /'links' is not an object/],
    ['an error with stages', fileOf({ take: TAKE.replace('200', '404') }), /status 404 has a field 'stages'/],
    [
      'an error without an error',
      fileOf({ take: TAKE.replace('200', '404').replace(',"stages":[]', '') }),
      /status 404 has no 'error'/,
    ],
    ['an error in a 200', fileOf({ take: ERROR_TAKE.replace('404', '200') }), /field 'error'/],
    ['a repeated field', fileOf({ take: `${TAKE},"region":"eu-west-1"` }), /not JSON .*region/],
  ])('refuses %s', (_, text, reason) => {
    expect(() => parseCassetteFile(text, ID)).toThrow(reason);
  });

  it.each(['0', '-1', '1.5', '1e3', '"2"', 'null', 'true', '[]', '1e400', '99999999999999999999'])(
    'refuses %s times',
    (times) => {
      expect(() => parseCassetteFile(fileOf({ take: `${TAKE},"times":${times}` }), ID)).toThrow(/times/);
    },
  );

  it.each(['0', '199', '201', '301', '399', '600', '200.0', '"200"', 'null'])(
    'refuses status %s',
    (status) => {
      expect(() => parseCassetteFile(fileOf({ take: TAKE.replace('200', status) }), ID)).toThrow(/status/);
    },
  );

  it.each(['', '2024', '2024-01-01T00:00:00.000Z', '2024-01-01T00:00:00+00:00', '2024-01-01T00:00:00Z\\n'])(
    'refuses to be recorded at %j',
    (date) => {
      expect(() =>
        parseCassetteFile(fileOf({ take: TAKE.replace('2024-01-01T00:00:00Z', date) }), ID),
      ).toThrow(/recordedAt/);
    },
  );

  it.each(['NotFound\\r\\nX-Evil: 1', 'NotFound\\n', 'Not Found', '', 'x:y', '☃', 'a'.repeat(101)])(
    'refuses an error of type %j, which would be a header',
    (type) => {
      const take = ERROR_TAKE.replace('NotFoundException', type);
      expect(() => parseCassetteFile(fileOf({ take }), ID)).toThrow(/'type' is no name/);
    },
  );

  it.each(['[', '{"a":'])('refuses %j nested a million deep, without running out of stack', (opening) => {
    expect(() => parseCassetteFile(opening.repeat(1_000_000), ID)).toThrow(/nests too deeply|not JSON/);
  });

  it('refuses a well-formed file that nests too deeply', () => {
    const deep = `{"stageName":"x","v":${'['.repeat(500)}${']'.repeat(500)}}`;
    expect(() => parseCassetteFile(fileOf({ take: TAKE.replace('[]', `[${deep}]`) }), ID)).toThrow(
      /too deeply/,
    );
  });

  it.each([
    ['a stage', fileOf({ take: TAKE.replace('[]', '[{"__proto__":{"polluted":true},"stageName":"x"}]') })],
    ['a take', fileOf({ take: `${TAKE},"__proto__":{"polluted":true,"status":404}` })],
    ['an interaction', fileOf({ fields: ',"__proto__":{"polluted":true}' })],
  ])('has nothing polluted by a __proto__ in %s', (_, text) => {
    const [interaction] = parseCassetteFile(text, ID);
    expect(Object.prototype).not.toHaveProperty('polluted');
    expect(interaction?.takes[0]).toMatchObject({ status: 200 });
    expect(interaction?.takes[0]).not.toHaveProperty('polluted');
    expect(interaction?.takes[0]?.content).not.toHaveProperty('polluted');
    expect(interaction?.key.text).toBe(stagesKey().text);
  });

  it('keeps a __proto__ in a stage as a field like any other', () => {
    const text = fileOf({ take: TAKE.replace('[]', '[{"variables":{"__proto__":"v"}}]') });
    expect(writeCassetteFile(ID, parseCassetteFile(text, ID))).toContain('"__proto__": "v"');
  });
});

describe('comparing', () => {
  it.each<[string, Take, Take, boolean]>([
    ['another date', takeOf('a'), takeOf('a', { recordedAt: '2030-01-01T00:00:00Z' }), true],
    ['other times', takeOf('a'), takeOf('a', { times: 7 }), true],
    ['another region', takeOf('a'), takeOf('a', { region: 'eu-west-1' }), true],
    ['another representation', takeOf('a'), takeOf('a', { representation: 'hal' }), true],
    ['other stages', takeOf('a'), takeOf('b'), false],
    ['another status', errorTake(), errorTake({ status: 400 }), false],
    [
      'a number written otherwise',
      takeOf('a', { content: parseJson('{"stages":[{"x":1}]}') as JsonObject }),
      takeOf('a', { content: parseJson('{"stages":[{"x":1.0}]}') as JsonObject }),
      false,
    ],
    ['links', takeOf('a'), takeOf('a', { content: { ...stagesContent('a'), links: {} } }), false],
  ])('finds answers with %s the same or not', (_, a, b, isSame) => {
    expect(isSameAnswer(a, b)).toBe(isSame);
    expect(isSameAnswer(b, a)).toBe(isSame);
  });

  it('finds interactions the same only when they are written alike', () => {
    const one = interactionOf(stagesKey(), [takeOf('a')]);
    expect(isSameInteraction(one, interactionOf(stagesKey(), [takeOf('a')]))).toBe(true);
    expect(isSameInteraction(one, interactionOf(stagesKey(), [takeOf('a', { times: 2 })]))).toBe(false);
    expect(isSameInteraction(one, interactionOf(stagesKey(ID, ''), [takeOf('a')]))).toBe(false);
  });
});
