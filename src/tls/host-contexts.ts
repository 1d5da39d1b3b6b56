import type { SecureContext } from 'node:tls';
import { memoryBounds } from '../bounds.ts';
import type { Validity } from './certificate.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const VALID_DAYS = 7;
const RENEWED_DAYS = 1;

/** Makes a TLS context with a certificate for the host. */
export type MakeContext = (host: string, validity: Validity) => Promise<SecureContext>;

interface Entry {
  readonly context: Promise<SecureContext>;
  /** In milliseconds since 1970; before it, the clock was set back, and the certificate is not valid yet. */
  readonly from: number;
  readonly renewFrom: number;
}

/** The TLS contexts of the 500 hosts used last, each made once, and again when less than a day of its week is left. */
export class HostContexts {
  readonly #make: MakeContext;
  readonly #now: () => Date;
  /** The host used longest ago comes first. */
  readonly #entries = new Map<string, Entry>();

  constructor(make: MakeContext, now: () => Date) {
    this.#make = make;
    this.#now = now;
  }

  /** Rejects with what making it failed with; the next call tries again. */
  get(host: string): Promise<SecureContext> {
    const time = this.#now().getTime();
    const known = this.#entries.get(host);
    const entry =
      known !== undefined && known.from <= time && time < known.renewFrom ? known : this.#enter(host, time);
    this.#entries.delete(host);
    this.#entries.set(host, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= memoryBounds.hosts) break;
      this.#entries.delete(oldest);
    }
    return entry.context;
  }

  #enter(host: string, time: number): Entry {
    // Clients' clocks may be behind.
    const notBefore = new Date(time - HOUR_MS);
    const notAfter = new Date(time + VALID_DAYS * DAY_MS);
    const entry: Entry = {
      context: this.#make(host, { notBefore, notAfter }),
      from: notBefore.getTime(),
      renewFrom: notAfter.getTime() - RENEWED_DAYS * DAY_MS,
    };
    // Whoever waits for it is told; it is only not to be remembered.
    entry.context.catch(() => {
      if (this.#entries.get(host) === entry) this.#entries.delete(host);
    });
    return entry;
  }
}
