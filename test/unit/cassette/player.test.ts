import { describe, expect, it } from 'vitest';
import type { Take } from '../../../src/cassette/format.ts';
import { type Order, orders } from '../../../src/cassette/order.ts';
import { type Frames, Player } from '../../../src/cassette/player.ts';
import { errorTake, interactionOf, stagesKey, takeOf } from '../../support/recordings.ts';

/** A player whose answers are in words: `A` for a stage of that name, `404` for an error. */
function createPlayer(order: Order): Player<string> {
  return new Player(order, {
    prepare: (status, { body }) => {
      const text = Buffer.from(body).toString();
      return status === 200 ? (/"stageName":"(\w+)"/.exec(text)?.[1] ?? 'none') : String(status);
    },
  });
}

/** `A`, `B2` (twice), `eu:A`, `404`. */
function takesOf(words: string): Take[] {
  return words.split(' ').map((word) => {
    const [, region = 'us', what = '', times = '1'] = /^(?:(\w+):)?([A-Z]|404)(\d)?$/.exec(word) ?? [];
    const fields = { region, times: Number(times) };
    return what === '404' ? errorTake(fields) : takeOf(what, fields);
  });
}

function play(order: Order, words: string, regions: readonly (string | undefined)[]): string {
  const player = createPlayer(order);
  const interaction = interactionOf(stagesKey(), takesOf(words));
  return regions
    .map((region) => {
      const isPlayable = player.canPlay(interaction, region);
      const answer = player.play(interaction, region, 'json');
      expect(answer !== undefined, 'canPlay tells whether play has an answer').toBe(isPlayable);
      return answer ?? '-';
    })
    .join(' ');
}

function times<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}

describe('the order', () => {
  it.each<[Order, string, string]>([
    ['sequence', 'A B2 C', 'A B B C C C C C'],
    ['loop', 'A B2 C', 'A B B C A B B C'],
    ['last', 'A B2 C', 'C C C C C C C C'],
    ['strict', 'A B2 C', 'A B B C - - - -'],
    ['sequence', 'A', 'A A A A A A A A'],
    ['loop', 'A', 'A A A A A A A A'],
    ['last', 'A', 'A A A A A A A A'],
    ['strict', 'A', 'A - - - - - - -'],
    ['sequence', '404 A2', '404 A A A A A A A'],
    ['loop', '404 A2', '404 A A 404 A A 404 A'],
    ['last', 'A 404', '404 404 404 404 404 404 404 404'],
    ['strict', 'A9', 'A A A A A A A A'],
  ])('%s of %s plays %s', (order, words, expected) => {
    expect(play(order, words, times(8, 'us'))).toBe(expected);
  });
});

describe('the region', () => {
  it.each<[string, string, (string | undefined)[], string]>([
    ["is the caller's", 'eu:A us:B', ['us', 'eu', 'us'], 'B A B'],
    ["is the caller's, also when another has a 200", 'eu:A us:404', ['us', 'us'], '404 404'],
    ['is any one when the caller names none', 'us:B', [undefined], 'B'],
    ['is any one when nothing is recorded for the caller', 'us:B', ['ap'], 'B'],
    ['is one with a 200 rather than one without', 'ap:404 eu:404 us:B', ['sa', undefined], 'B B'],
    ['is one with an error when there are but errors', 'ap:404 us:404', ['sa'], '404'],
    ['is the same one for a whole sequence', 'eu:A eu:B us:C', ['sa', 'sa', 'sa'], 'A B B'],
  ])('%s', (_, words, regions, expected) => {
    expect(play('sequence', words, regions)).toBe(expected);
  });

  it('has takes of its own also when they stand between those of others', () => {
    expect(play('sequence', 'us:A eu:B us:C eu:D', ['us', 'us', 'eu', 'eu'])).toBe('A C B D');
  });
});

describe('the cursor', () => {
  it('is one for each region of callers', () => {
    expect(play('strict', 'us:A us:B', ['us', 'eu', undefined, 'us', 'eu', undefined, 'us'])).toBe(
      'A A A B B B -',
    );
  });

  it('is one for each key', () => {
    const player = createPlayer('strict');
    const [one, two] = ['x', 'y'].map((id) => interactionOf(stagesKey('a1b2c3d4e5', id), takesOf('A B')));
    if (one === undefined || two === undefined) throw new Error('no interactions');
    expect([one, two, two, one, two].map((which) => player.play(which, 'us', 'json'))).toEqual([
      'A',
      'A',
      'B',
      'B',
      undefined,
    ]);
  });

  it.each(orders)('starts from the beginning when it is reset (%s)', (order) => {
    const player = createPlayer(order);
    const interaction = interactionOf(stagesKey(), takesOf('A B'));
    const first = times(3, 'us').map((region) => player.play(interaction, region, 'json'));
    player.reset();
    expect(times(3, 'us').map((region) => player.play(interaction, region, 'json'))).toEqual(first);
  });

  it('counts an answer that was just recorded', () => {
    const player = createPlayer('strict');
    const interaction = interactionOf(stagesKey(), takesOf('A'));
    player.skip(interaction, 'us');
    expect(player.canPlay(interaction, 'us')).toBe(false);
    expect(player.canPlay(interaction, 'eu')).toBe(true);
  });

  it('stays where it is when takes are added', () => {
    const player = createPlayer('strict');
    expect(player.play(interactionOf(stagesKey(), takesOf('A')), 'us', 'json')).toBe('A');
    const longer = interactionOf(stagesKey(), takesOf('A B'));
    expect(player.play(longer, 'us', 'json')).toBe('B');
    expect(player.play(longer, 'us', 'json')).toBeUndefined();
  });

  it('is not moved by asking whether there is an answer', () => {
    const player = createPlayer('strict');
    const interaction = interactionOf(stagesKey(), takesOf('A'));
    for (const _ of times(3, 0)) expect(player.canPlay(interaction, 'us')).toBe(true);
    expect(player.play(interaction, 'us', 'json')).toBe('A');
  });

  it('is shared by regions made up without end', () => {
    const player = createPlayer('strict');
    const interaction = interactionOf(stagesKey(), takesOf('A'));
    const answers = Array.from({ length: 1000 }, (_, i) => player.play(interaction, `r${i}`, 'json'));
    expect(answers.filter((answer) => answer === 'A')).toHaveLength(101);
  });
});

it('leaves a region its place once there are as many as there may be', () => {
  const player = createPlayer('sequence');
  const interaction = interactionOf(stagesKey(), takesOf('A B C D'));
  const play = (region?: string) => player.play(interaction, region, 'json');
  expect([play('r0'), play(), play('x'), play('x')]).toEqual(['A', 'A', 'A', 'B']);
  for (let n = 1; n <= 97; n += 1) play(`r${n}`);
  expect([play('x'), play('x')]).toEqual(['C', 'D']);
});

it('prepares a take in a representation once, when it is first asked for', () => {
  const prepared: string[] = [];
  const player = new Player('loop', {
    prepare: (status, { contentType }) => {
      prepared.push(`${status} ${contentType}`);
      return contentType;
    },
  });
  const interaction = interactionOf(stagesKey(), takesOf('A 404'));
  const answers = times(4, 'us').map((region) => player.play(interaction, region, 'hal'));
  expect(answers).toEqual([
    'application/hal+json',
    'application/json',
    'application/hal+json',
    'application/json',
  ]);
  expect(prepared).toEqual(['200 application/hal+json', '404 application/json']);
  expect(player.play(interaction, 'us', 'json')).toBe('application/json');
  expect(prepared.slice(2)).toEqual(['200 application/json']);
});

it('prepares nothing that another player has prepared', () => {
  let prepared = 0;
  const prepare = (): string => {
    prepared += 1;
    return 'x';
  };
  const frames: Frames<string> = new WeakMap();
  const interaction = interactionOf(stagesKey(), takesOf('A'));
  for (let i = 0; i < 3; i += 1) new Player('loop', { prepare, frames }).play(interaction, 'us', 'hal');
  expect(prepared).toBe(1);
});

it('asks for memory for each key once, and plays none that there is no memory for', () => {
  let left = 2000;
  const player = new Player('loop', {
    prepare: () => 'x',
    hold: (bytes) => {
      if (bytes > left) throw new Error('no memory');
      left -= bytes;
    },
  });
  const play = (id: string): unknown => player.play(interactionOf(stagesKey(id), takesOf('A')), 'us', 'json');
  for (let i = 0; i < 9; i += 1) expect([play('a'), play('b')]).toEqual(['x', 'x']);
  expect(() => play('c')).toThrow('no memory');
});

it('has no answer when there are no takes', () => {
  for (const order of orders)
    expect(createPlayer(order).canPlay(interactionOf(stagesKey(), []), 'us')).toBe(false);
});
