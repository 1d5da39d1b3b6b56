import { reasonOf } from '../errors.ts';

/** Far more than the service has hosts: clients choose their names. */
const MAX_TOLD = 1000;

/** Tunnels that came to nothing, in words. Each is told once: clients try again, many times. */
export class TunnelReport {
  readonly #write: (line: string) => void;
  readonly #told = new Set<string>();

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  add(host: string, error: Error): void {
    // Clients say little of a certificate that they do not trust: the remedy stands here.
    const line = `Cannot read the calls to ${host}: ${reasonOf(error)}. Let the client trust the local CA: 'restage ca' says how.`;
    if (this.#told.has(line) || this.#told.size >= MAX_TOLD) return;
    this.#told.add(line);
    this.#write(line);
  }
}
