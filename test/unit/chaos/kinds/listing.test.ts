import { describe, expect, it } from 'vitest';
import type { Alteration } from '../../../../src/aws/apigateway/operation.ts';
import type { Original } from '../../../../src/chaos/effect.ts';
import { parseFaultSpec } from '../../../../src/chaos/parse-rule.ts';
import { ANSWER, NO_ORIGINAL, strike } from '../../../support/victim.ts';

describe('a listing', () => {
  it.each<[string, Alteration]>([
    ['drop', { type: 'drop', item: undefined }],
    ['drop,item-name=prod', { type: 'drop', item: 'prod' }],
    ['drop,stage-name=prod', { type: 'drop', item: 'prod' }],
    ['drop-stage', { type: 'drop', item: undefined }],
    ['drop-stage,item-name=prod', { type: 'drop', item: 'prod' }],
    ['drop-stage,stage-name=prod', { type: 'drop', item: 'prod' }],
    ['empty-list', { type: 'empty' }],
    ['missing-field', { type: 'remove-field', item: undefined, field: 'deploymentId' }],
    ['missing-field,field=tags,item-name=a', { type: 'remove-field', item: 'a', field: 'tags' }],
    ['unknown-enum,field=f,item-name=a,value=v', { type: 'set-field', item: 'a', field: 'f', value: 'v' }],
    ['extra-field,field=f,item-name=a,value=v', { type: 'add-field', item: 'a', field: 'f', value: 'v' }],
    ['missing-field,field=tags,stage-name=a', { type: 'remove-field', item: 'a', field: 'tags' }],
    [
      'unknown-enum',
      { type: 'set-field', item: undefined, field: 'cacheClusterStatus', value: 'RESTAGE_UNKNOWN' },
    ],
    ['unknown-enum,field=f,value=v,stage-name=a', { type: 'set-field', item: 'a', field: 'f', value: 'v' }],
    ['extra-field', { type: 'add-field', item: undefined, field: 'restageExtraField', value: 'restage' }],
    ['extra-field,field=f,value=v,stage-name=a', { type: 'add-field', item: 'a', field: 'f', value: 'v' }],
  ])('under %s is altered: %j', (spec, alteration) => {
    const asked: Alteration[] = [];
    const altered: Original['altered'] = (each) => {
      asked.push(each);
      return ANSWER;
    };
    expect(strike(spec, { original: { ...NO_ORIGINAL, altered } })).toEqual({
      type: 'answer',
      answer: ANSWER,
    });
    expect(asked).toEqual([alteration]);
  });

  it.each([
    ['stale', 1],
    ['stale,by=3', 3],
  ])('under %s is one of %i places before', (spec, by) => {
    const earlier: Original['earlier'] = (places) => ({ ...ANSWER, body: `${places}` });
    expect(strike(spec, { original: { ...NO_ORIGINAL, earlier } })).toMatchObject({
      answer: { body: `${by}` },
    });
  });

  it.each(['stale', 'drop', 'drop-stage', 'empty-list', 'missing-field', 'unknown-enum', 'extra-field'])(
    'is not hit by %s where there is nothing of the kind',
    (kind) => {
      expect(strike(kind)).toBeUndefined();
    },
  );

  it.each<readonly [spec: string, reason: string]>([
    ['stale,by=0', "'by' takes a number of 1 or more"],
    ['stale,by=-1', "'by' takes a number of 1 or more"],
    ['drop-stage,stage-name=', "'stage-name' has no value"],
    ...['drop', 'drop-stage', 'missing-field', 'unknown-enum', 'extra-field'].map(
      (kind) => [`${kind},item-name=a,stage-name=a`, "'item-name' and 'stage-name' say the same"] as const,
    ),
    ['drop,item-name=', "'item-name' has no value"],
    ['empty-list,item-name=a', "empty-list has no 'item-name'"],
    ['missing-field,field=', "'field' has no value"],
    [`missing-field,field=${'f'.repeat(101)}`, "'field' takes up to 100 characters"],
    ['empty-list,stage-name=a', "empty-list has no 'stage-name'"],
    ['missing-field,value=a', "missing-field has no 'value'"],
  ])('%s is refused: %s', (spec, reason) => {
    expect(() => parseFaultSpec(spec)).toThrow(reason);
  });
});
