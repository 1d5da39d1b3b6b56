import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

/**
 * The least that a server can do: look a ready answer up by its target and send it. The answer is one of restage, head
 * and body, byte for byte, so that the client has as much to read. `argv[2]`: what to answer.
 */
interface Ready {
  readonly paths: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const { paths, headers, body } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Ready;
// An answer of its own for each target, as restage has.
const answers = new Map(paths.map((path) => [path, Buffer.from(body).toString('latin1')]));

const server = createServer((request, response) => {
  const answer = answers.get(request.url ?? '');
  response.writeHead(answer === undefined ? 404 : 200, headers);
  response.end(answer, 'latin1');
});
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`listening on http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
});
