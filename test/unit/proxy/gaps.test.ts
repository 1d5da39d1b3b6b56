import { expect, it } from 'vitest';
import { identify } from '../../../src/aws/apigateway/operations.ts';
import { memoryBounds } from '../../../src/bounds.ts';
import { Cassette } from '../../../src/cassette/cassette.ts';
import type { Context } from '../../../src/proxy/context.ts';
import type { Ending } from '../../../src/proxy/ending.ts';
import { Gaps } from '../../../src/proxy/gaps.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function create(recorder: object | undefined) {
  const dir = temporaryFolder();
  const gaps = new Gaps(({ name }) => new Cassette(dir, name));
  const session = { cassette: { name: 'x' }, recorder, usesRecordings: true };
  const note = (target: string, outcome: Ending['outcome'], status = 400) => {
    const context = { session, asked: identify('GET', target) } as unknown as Context;
    gaps.note(context, { outcome, answer: { status } } as Ending);
  };
  return { gaps, note };
}

it('keeps no more than so many, and counts them all', async () => {
  const { gaps, note } = create(undefined);
  for (let i = 0; i < memoryBounds.gaps + 50; i += 1) note(`/restapis/api${i}/stages`, 'missed');
  note('/restapis/api0/stages', 'missed');

  const listed = await gaps.list();
  expect(listed).toHaveLength(memoryBounds.gaps);
  expect(listed[0]).toMatchObject({ restApiId: 'api0', times: 2, missed: true });
  expect(gaps.missed).toBe(memoryBounds.gaps + 51);
});

it('keeps nothing long that a client made up', async () => {
  const { gaps, note } = create(undefined);
  note(`/restapis/${'x'.repeat(1000)}/stages`, 'missed');
  note(`/${'y'.repeat(1000)}`, 'missed');

  expect(JSON.stringify(await gaps.list()).length).toBeLessThan(500);
  expect(gaps.missed).toBe(2);
});

it.each<[recorder: object | undefined, outcome: Ending['outcome'], gap: boolean, missed: number]>([
  [undefined, 'missed', true, 1],
  [undefined, 'refused', true, 1],
  [undefined, 'faulted', false, 0],
  [undefined, 'forwarded', false, 0],
  [{}, 'forwarded', true, 0],
  [{}, 'refused', true, 0],
  [{}, 'faulted', true, 0],
])('with the recorder %j what is %s is a gap: %s', async (recorder, outcome, gap, missed) => {
  const { gaps, note } = create(recorder);
  note('/restapis/a/stages', outcome);

  expect(await gaps.list()).toHaveLength(gap ? 1 : 0);
  expect(gaps.missed).toBe(missed);
});
