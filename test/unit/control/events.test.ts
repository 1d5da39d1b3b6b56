import { expect, test } from 'vitest';
import { EventStream } from '../../../src/control/events.ts';
import { journalEntry } from '../../support/journal-entry.ts';

async function readAll(stream: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  let text = '';
  for await (const part of stream ?? []) text += Buffer.from(part).toString();
  return text;
}

test('what a slow reader does not take is counted, and not kept', async () => {
  const events = new EventStream();
  const stream = events.listen(undefined);
  const entry = journalEntry({ note: 'x'.repeat(1000) });
  for (let i = 0; i < 5_000; i += 1) events.publish(entry);
  const first = await stream?.[Symbol.asyncIterator]().next();
  const text = Buffer.from(first?.value ?? []).toString();
  expect(text.length).toBeLessThanOrEqual(513 * 1024);
  const told = text.match(/^event: call$/gm)?.length ?? 0;
  expect(told).toBeGreaterThan(300);
  expect(text).toContain(`event: lost\ndata: {"calls":${5_000 - told}}`);
  await events.close();
});

test('once it is closed, a stream ends as it begins', async () => {
  const events = new EventStream();
  const early = events.listen(undefined);
  await events.close();
  const late = events.listen(undefined);
  expect(await readAll(early)).toBe('');
  expect(await readAll(late)).toBe('');
});
