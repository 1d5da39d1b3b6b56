/**
 * What somebody else chose — a client, a user, a file — and is told of in a log, a name or a message: without the secrets
 * that texts of its kind may hold. What has no mark of a secret is told as it is.
 */

/** A name of something that is nobody else's business, as its words. */
const SECRET_WORD =
  /^(?:auth|authentication|authorization|bearer|cookies?|credentials?|jwt|keys?|pass|passphrase|passwd|password|pwd|secrets?|signature|tokens?|\w*(?:apikey|secret|password|token))$/;

/** Said of a secret, what stands before it. Each part is bounded, or ends where the next begins: the text may be long. */
const NAMED_SECRET =
  /((?:authorization|cookie|credential|passphrase|passwd|password|secret|signature|token|(?:api|access|private)[-_]?key)[\w-]{0,30}["']?(?:=|:|%3[ad])\s{0,3}["']?(?:(?:bearer|basic)\s{1,3})?|\b(?:bearer|basic)\s{1,3})[^\s&;,"']+/gi;

/** A word as it stands in a line, or in quotes in one. */
const WORD = /[^\s"']+/g;
/** Where such a text may be found: most have neither. */
const MARKS = /[@=:]|%40|%3[ad]|\b(?:bearer|basic)\s/i;
const SESSION = /^\/(?:@|%40)([^/?]*)/i;
const SESSION_NAME = /^[\w.-]*$/;
const HOST = /^(?:[\w.-]{1,255}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** Whether what has this name, a header or a parameter, is most likely a secret. */
export function isSecretName(name: string): boolean {
  return name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .some((word) => SECRET_WORD.test(word));
}

/** The text without users and passwords before an `@`, names of sessions that are none, and what is said to be a secret. */
export function withoutSecrets(text: string): string {
  if (!MARKS.test(text)) return text;
  return text.replace(WORD, withoutUser).replace(NAMED_SECRET, '$1…');
}

/** The texts, each as {@link withoutSecrets} has it; the very same object where none has a secret. */
export function withoutSecretsIn(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const name in texts) {
    const text = texts[name] ?? '';
    if (withoutSecrets(text) !== text)
      return Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, withoutSecrets(value)]));
  }
  return texts;
}

/** An authority, `host` or `host:port`, as it was sent: what is neither may be a password, and is not told. */
export function withoutUserinfo(authority: string): string {
  if (HOST.test(authority)) return authority;
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  return at >= 0 && HOST.test(host) ? `…@${host}` : '…';
}

function withoutUser(word: string): string {
  const [prefix, name = ''] = SESSION.exec(word) ?? [];
  // `/@NAME:PASSWORD/…` is a mistake that is easily made.
  return prefix === undefined || SESSION_NAME.test(name)
    ? withoutUserBefore(word)
    : `/@…${withoutUserBefore(word.slice(prefix.length))}`;
}

function withoutUserBefore(word: string): string {
  const at = lastAt(word);
  if (at <= 0) return word;
  const beforeAt = word.slice(0, at);
  const scheme = beforeAt.indexOf('://');
  const colon = beforeAt.search(/:|%3a/i);
  // A password may have a slash in it: what begins with a user and a colon is left out up to the last `@`.
  if (scheme >= 0) return `${word.slice(0, scheme + 3)}…${word.slice(at)}`;
  if (colon >= 0) return `${word.slice(0, word.lastIndexOf('/', colon) + 1)}…${word.slice(at)}`;
  return word
    .split('/')
    .map((segment) => {
      const end = lastAt(segment);
      return end > 0 ? `…${segment.slice(end)}` : segment;
    })
    .join('/');
}

/** Where the last `@` is, percent-encoded or not. */
function lastAt(text: string): number {
  return Math.max(text.lastIndexOf('@'), text.lastIndexOf('%40'));
}
