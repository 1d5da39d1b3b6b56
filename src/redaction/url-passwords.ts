import type { Finding } from './finding.ts';
import { isHarmless } from './secret-names.ts';

/** The user's name, behind `://`. */
const USER = /[^\s/:@"'<>?#\\[]{0,256}:/y;
/** Not a password: a port. */
const PORT = /\d{1,5}(?=[/?#\s"'<>,;)\]}\\]|$)/y;
const STOP = /[\s"'<>\\]/g;
/** How long a password may be. */
const LONGEST = 1024;

/** Finds the passwords of URLs: `postgres://user:PASSWORD@host`. A password may hold `/` and `@`, which it should not. */
export function* findUrlPasswords(text: string): Iterable<Finding> {
  // Each is looked for once, however many URLs stand before it.
  let [sign, stop] = [-1, -1];
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at)) {
    at += 3;
    USER.lastIndex = at;
    if (!USER.test(text)) continue;
    const start = USER.lastIndex;
    PORT.lastIndex = start;
    if (PORT.test(text)) continue;
    if (sign < start) sign = indexOf(text, '@', start);
    if (sign === text.length) return;
    if (stop < start) stop = nextStop(text, start);
    if (sign > Math.min(stop, start + LONGEST)) continue;
    const end = endOfPassword(text.slice(start, Math.min(stop, start + LONGEST))) + start;
    at = end;
    if (!isHarmless(text.slice(start, end)))
      yield { rule: 'url-passwords', kind: 'url-password', start, end };
  }
}

/** Where the password ends that this text, which holds an `@`, begins with. */
function endOfPassword(text: string): number {
  const authority = /^[^/?#]*/.exec(text)?.[0] ?? '';
  const inside = authority.lastIndexOf('@');
  return inside >= 0 ? inside : text.lastIndexOf('@');
}

function indexOf(text: string, part: string, from: number): number {
  const found = text.indexOf(part, from);
  return found < 0 ? text.length : found;
}

function nextStop(text: string, from: number): number {
  STOP.lastIndex = from;
  return STOP.exec(text)?.index ?? text.length;
}
