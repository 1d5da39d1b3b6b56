import { appendFileSync } from 'node:fs';

export async function load(url, context, nextLoad) {
  appendFileSync(process.env.WATCH_FILE, `${JSON.stringify({ kind: 'module', detail: url })}\n`);
  return nextLoad(url, context);
}
