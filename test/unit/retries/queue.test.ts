import { expect, test } from 'vitest';
import { Queue } from '../../../src/retries/queue.ts';

test('a queue that was asked while it was empty goes on', () => {
  const queue = new Queue<string>();
  expect(queue.oldest).toBeUndefined();
  queue.add('a');
  queue.add('b');
  expect(queue.oldest).toBe('a');
  queue.delete('a');
  expect(queue.takeOldest()).toBe('b');
  expect(queue.oldest).toBeUndefined();
  queue.add('c');
  expect(queue.takeOldest()).toBe('c');
});
