import { createServer, type RequestListener } from 'node:http';

/** Serves on a free port of loopback, and says where, as restage does. */
export function listen(handle: RequestListener): void {
  const server = createServer(handle);
  // As restage: the head says so.
  server.keepAliveTimeout = 65_000;
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    console.log(`listening on http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  });
}
