import { readFileSync } from 'node:fs';
import type { AnswersFile } from '../load-plan.ts';
import { listen } from './listen.ts';

/**
 * The least that a server can do: look a ready answer up by its target and send it. The answers are those of restage, head
 * and body, and come from one file that is read at the start. `argv[2]`: that file.
 */
const { headers, answers } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as AnswersFile;
const bodies = new Map(answers);

listen((request, response) => {
  const body = bodies.get(request.url ?? '');
  response.writeHead(body === undefined ? 404 : 200, headers);
  // The bodies are ASCII: in this encoding head and body leave in one piece.
  response.end(body, 'latin1');
});
