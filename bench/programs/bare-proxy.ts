import { Agent, request as call } from 'node:http';
import { listen } from './listen.ts';

/** The least that a proxy can do: forward, and store nothing. `argv[2]`: where to. */
const { hostname, port, host } = new URL(process.argv[2] ?? '');
const agent = new Agent({ keepAlive: true });

listen((request, response) => {
  const { method, url: path, headers } = request;
  const forwarded = call({ agent, hostname, port, method, path, headers: { ...headers, host } }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
  });
  forwarded.on('error', (error) => response.destroy(error));
  request.pipe(forwarded);
});
