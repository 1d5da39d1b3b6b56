import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plannedRendering } from '../../../../src/aws/apigateway/planned-answer.ts';
import { parseFaultObject, parseFaultSpec } from '../../../../src/chaos/parse-rule.ts';
import { writeJson } from '../../../../src/json.ts';
import { jsonObject } from '../../../support/odd-json.ts';
import { ANSWER, answerOf, NO_ORIGINAL } from '../../../support/victim.ts';

const typed = (type: string, length: number) => ['Content-Type', type, 'Content-Length', String(length)];

describe('a body', () => {
  it.each([
    ['malformed', typed('application/json', 13), 13, undefined],
    ['empty', typed('application/json', 0), 0, undefined],
    ['wrong-length', typed('application/json', 36), 26, { type: 'close' }],
    ['wrong-length,by=-1', typed('application/json', 25), 26, { type: 'close' }],
    ['wrong-length,by=-26', typed('application/json', 0), 26, { type: 'close' }],
    ['wrong-length,by=-1000', typed('application/json', 0), 26, { type: 'close' }],
    ['wrong-type', typed('text/html', 26), 26, undefined],
    ['wrong-type,type=text/plain; charset=utf-8', typed('text/plain; charset=utf-8', 26), 26, undefined],
  ])('under %s has the headers %j and %i bytes', (spec, headers, bytes, delivery) => {
    const answer = answerOf(spec);
    expect(answer).toEqual({
      status: 200,
      headers,
      body: ANSWER.body.slice(0, bytes),
      ...(delivery && { delivery }),
      ...(/^(?:malformed|empty)/.test(spec) && { isDamaged: true }),
    });
  });

  it('that is malformed is never JSON, whatever it was', () => {
    fc.assert(
      fc.property(jsonObject, (document) => {
        const rendering = { contentType: 'application/json', body: `${writeJson(document)}\n` };
        const answer = answerOf('malformed', {
          original: { ...NO_ORIGINAL, answer: () => plannedRendering(404, rendering, ['x-other', '1']) },
        });
        const body = answer?.body ?? '';
        expect(body).toMatch(/^\{/);
        expect(() => JSON.parse(Buffer.from(body, 'latin1').toString())).toThrow(SyntaxError);
        expect(answer).toMatchObject({ status: 404 });
        expect(answer?.headers).toEqual([...typed('application/json', body.length), 'x-other', '1']);
      }),
    );
  });

  it.each([
    ['wrong-length,by=0', "'by' takes a whole number other than 0"],
    ['wrong-length,by=0.5', "'by' takes a whole number"],
    ['wrong-length,by=1000001', "'by' takes a number up to 1000000"],
    ['wrong-type,type=a\r\nx: 1', "'type' takes a media type in ASCII characters"],
    ['wrong-type,type=text/é', "'type' takes a media type in ASCII characters"],
    ['wrong-type,type=', "'type' has no value"],
    [`wrong-type,type=${'a'.repeat(101)}`, "'type' takes up to 100 characters"],
    ['empty,bytes=1', "empty has no 'bytes'"],
  ])('%j is refused: %s', (spec, reason) => {
    expect(() => parseFaultSpec(spec)).toThrow(reason);
  });

  it.each(['a\n', '\ta', ' a', 'a ', 'a\u0000', 'a\u007f'])('has no header of %j', (type) => {
    expect(() => parseFaultObject({ kind: 'wrong-type', type })).toThrow("'type' takes a media type");
  });
});
