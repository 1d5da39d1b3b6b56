import { expect, test } from 'vitest';
import { EventStream } from '../../../src/control/events.ts';

async function readAll(stream: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  let text = '';
  for await (const part of stream ?? []) text += Buffer.from(part).toString();
  return text;
}

test('once it is closed, a stream ends as it begins', async () => {
  const events = new EventStream();
  const early = events.listen(undefined);
  await events.close();
  const late = events.listen(undefined);
  expect(await readAll(early)).toBe('');
  expect(await readAll(late)).toBe('');
});
