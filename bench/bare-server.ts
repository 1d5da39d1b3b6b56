import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

/** The least that a server can do: look a ready answer up by its target and send it. `argv[2]`: what to answer. */
const { paths, body } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as {
  paths: string[];
  body: string;
};
const ready = Buffer.from(body);
const headers = { 'Content-Type': 'application/json', 'Content-Length': String(ready.length) };
const answers = new Map(paths.map((path) => [path, ready]));

const server = createServer((request, response) => {
  const answer = answers.get(request.url ?? '');
  response.writeHead(answer === undefined ? 404 : 200, headers);
  response.end(answer);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`listening on http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
});
