import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { UnreadAnswers } from '../../../../src/http/server/unread-answers.ts';

const STALLED_MS = 1000;

/** A client, and what was written for it that it has not taken. */
function reader(name: string) {
  const stream = { writableLength: 1000 };
  const response = new EventEmitter() as unknown as ServerResponse;
  return {
    name,
    stream: stream as Socket & typeof stream,
    response,
    take: () => void response.emit('drain'),
  };
}

function setUp(count: number) {
  let now = 0;
  const unread = new UnreadAnswers<ReturnType<typeof reader>>(STALLED_MS, () => now);
  const readers = Array.from({ length: count }, (_, i) => reader(`reader ${i}`));
  for (const each of readers) {
    unread.add(each, each.response, 10);
    now += 1;
  }
  const wait = (ms: number) => {
    now += ms;
  };
  return { unread, readers, wait, stalled: (anyTime?: boolean) => unread.findStalled(anyTime)?.name };
}

describe('a client has stalled', () => {
  test('when it has taken nothing for as long as it may, the longest one first', () => {
    const { stalled, wait } = setUp(3);

    expect(stalled()).toBeUndefined();
    wait(STALLED_MS - 10);
    expect(stalled()).toBeUndefined();
    wait(10);
    expect(stalled()).toBe('reader 0');
  });

  test('but not when it takes something now and then', () => {
    const { readers, stalled, wait } = setUp(2);
    for (let i = 0; i < 10; i += 1) {
      wait(STALLED_MS);
      for (const each of readers) each.take();
      expect(stalled()).toBeUndefined();
    }
    wait(STALLED_MS);
    readers[0]?.take();

    expect(stalled()).toBe('reader 1');
  });

  test('nor when there is nothing that it could take', () => {
    const { readers, stalled, wait } = setUp(1);
    for (const each of readers) each.stream.writableLength = 0;
    wait(10 * STALLED_MS);

    expect(stalled()).toBeUndefined();
    expect(stalled(true)).toBeUndefined();
  });

  test('at any time, when it is asked so', () => {
    expect(setUp(3).stalled(true)).toBe('reader 0');
  });
});

test('the more newcomers knock, the shorter is the time; later it is what it was', () => {
  const { unread, stalled, wait } = setUp(1);
  for (let i = 0; i < 1000; i += 1) unread.knock();
  wait(50);
  expect(stalled()).toBe('reader 0');
  wait(60_000);
  const late = reader('late');
  unread.delete(unread.findStalled() as ReturnType<typeof reader>);
  unread.add(late, late.response, 10);
  wait(STALLED_MS - 10);

  expect(stalled()).toBeUndefined();
});

test('many who have nothing to take do not hide for long one who has', () => {
  const { readers, stalled, wait } = setUp(300);
  for (const each of readers.slice(0, -1)) each.stream.writableLength = 0;
  wait(STALLED_MS);
  const seen = Array.from({ length: 6 }, () => stalled());

  expect(seen).toContain('reader 299');
});

test('an answer counts until it has left, and not until the one before it has', () => {
  const { unread } = setUp(0);
  const client = reader('client');
  const before = new EventEmitter() as unknown as ServerResponse;
  unread.add(client, before, 10);
  unread.add(client, client.response, 30);
  before.emit('close');
  expect([unread.size, unread.bytes]).toEqual([1, 30]);
  client.response.emit('close');

  expect([unread.size, unread.bytes]).toEqual([0, 0]);
});
