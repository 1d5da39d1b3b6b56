import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { createRequire } from 'node:module';
import { listen } from './listen.ts';

/**
 * talkback behind a server on loopback, since its own listens on every address; otherwise done as that does it. `argv`: the
 * folder of tapes; where to forward what is on none, if anywhere.
 */
interface Handler {
  handle(request: {
    url: string;
    method: string;
    headers: IncomingHttpHeaders;
    body: Buffer;
  }): Promise<{ status: number; headers: OutgoingHttpHeaders; body: Buffer }>;
}

const [, , path = '', upstream] = process.argv;
const talkback = createRequire(import.meta.url)('talkback') as {
  requestHandler(options: Readonly<Record<string, unknown>>): Promise<Handler>;
};
const handler = await talkback.requestHandler({
  host: upstream ?? 'http://127.0.0.1:9',
  path,
  record: upstream === undefined ? 'DISABLED' : 'NEW',
  // The others differ from call to call.
  allowHeaders: ['accept'],
  ignoreBody: true,
  silent: true,
  summary: false,
  // It would open a connection for each call.
  httpClient: { fetchOptions: { agent: new Agent({ keepAlive: true }) } },
});

listen((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    const { url = '', method = '', headers } = request;
    try {
      const answer = await handler.handle({ url, method, headers, body: Buffer.concat(chunks) });
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
    } catch (error) {
      console.error(error);
      response.writeHead(500).end();
    }
  });
});
