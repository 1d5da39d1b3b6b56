import { createHash, timingSafeEqual } from 'node:crypto';

/** What a client says to its forward proxy: the user is the session's name, the password the admin token. */
export interface ProxyUser {
  readonly user: string;
  readonly password: string;
}

const BASIC = /^basic +([a-z0-9+/]+={0,2})$/i;

/** Takes `Basic BASE64` apart [RFC 7617]; nothing when it is not that. */
export function parseProxyAuthorization(value: string | undefined): ProxyUser | undefined {
  const encoded = value === undefined ? undefined : BASIC.exec(value)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0
    ? { user: text, password: '' }
    : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Compares a secret with what was given for it, in a time that tells nothing of either. */
export function isSecret(given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
