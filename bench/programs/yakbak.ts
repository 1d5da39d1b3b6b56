import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { listen } from './listen.ts';

/** yakbak as a server. `argv`: the folder of tapes; where to forward what is on none, if anywhere. */
interface Options {
  readonly dirname: string;
  readonly noRecord: boolean;
  readonly hash: (request: IncomingMessage) => string;
}

const [, , dirname = '', upstream] = process.argv;
const yakbak = createRequire(import.meta.url)('yakbak') as (
  host: string,
  options: Options,
) => RequestListener;

listen(
  yakbak(upstream ?? 'http://127.0.0.1:9', {
    dirname,
    noRecord: upstream === undefined,
    // Its own takes in all headers: no signed call would be found again.
    hash: ({ method = '', url = '' }) => createHash('md5').update(`${method} ${url}`).digest('hex'),
  }),
);
