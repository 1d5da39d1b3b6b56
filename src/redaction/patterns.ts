import type { Finding, TextRule } from './finding.ts';
import { REDACTED } from './redacted.ts';
import type { RedactionName } from './rule-names.ts';

interface Pattern {
  readonly rule: RedactionName;
  readonly kind: string;
  /** Begins at an edge and is bounded, or takes a whole run: what is searched may be hostile, and long. */
  readonly pattern: RegExp;
  /** Whether a match is one. */
  readonly isOne?: (match: string) => boolean;
}

/** What AWS and HTTP make of secrets, and what the kept rules do not know. A group `secret` is what is taken of a match. */
const patterns: readonly Pattern[] = [
  // [IAM's reference of identifiers]
  {
    rule: 'access-keys',
    kind: 'aws-access-key-id',
    pattern: /(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])/g,
  },
  // A secret access key, and the value of an API key: 40 characters without a mark of their own.
  {
    rule: 'access-keys',
    kind: 'aws-secret-key',
    pattern: /(?<![A-Za-z0-9/+=_.-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_.-])/g,
    isOne: isRandom,
  },
  {
    rule: 'access-keys',
    kind: 'aws-session-token',
    pattern: /(?<![A-Za-z0-9/+])(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[A-Za-z0-9/+=]{50,}/g,
  },
  {
    rule: 'jwts',
    kind: 'jwt',
    pattern:
      /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){0,2}/g,
  },
  {
    rule: 'authorizations',
    kind: 'bearer',
    pattern:
      /\b(?:bearer {1,4}|(?:token|apikey) {1,4}(?=\S{16}))(?<secret>[A-Za-z0-9._~+/-]{8,4000}={0,2})/gi,
    isOne: (match) => /\d|[a-z][A-Z]/.test(match.replace(/^\w+ +/, '')) || match.length > 32,
  },
  {
    rule: 'authorizations',
    kind: 'basic',
    pattern: /\bbasic {1,4}(?<secret>[A-Za-z0-9+/]{6,4000}={0,2})/gi,
    isOne: (match) => /^[\x20-\x7e]+:[\x20-\x7e]*$/.test(fromBase64(match.replace(/^\w+ +/, ''))),
  },
  // SAS of Azure, presigned URLs of AWS and Google, keys of Azure functions.
  {
    rule: 'signed-urls',
    kind: 'signature',
    pattern:
      /(?<![\w-])(?:sig|signature|x-(?:amz|goog)-(?:signature|security-token|credential))=(?<secret>[^\s"'<>&#\\]{8,4000})/gi,
  },
  {
    rule: 'signed-urls',
    kind: 'function-key',
    pattern: /[?&]code=(?<secret>[A-Za-z0-9_/+%=-]{40,200})/g,
  },
  {
    rule: 'hook-urls',
    kind: 'hook-url',
    pattern:
      /\b(?:hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)|discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks|webhook\.office\.com\/webhookb2|outlook\.office(?:365)?\.com\/webhook|hooks\.zapier\.com\/hooks\/catch|hook\.[a-z0-9.]{1,10}make\.com|hooks\.chime\.aws\/incomingwebhooks|events\.pagerduty\.com\/integration|alert\.victorops\.com\/integrations|maker\.ifttt\.com\/trigger)\/(?<secret>[^\s"'<>\\]{6,2000})/gi,
  },
  {
    rule: 'hook-urls',
    kind: 'bot-url',
    pattern: /\bapi\.telegram\.org\/bot(?<secret>\d{5,16}:[\w-]{20,100})/g,
  },
  // The prefixes that the kept rules know only with the very length of today, and a few that they do not know.
  {
    rule: 'tokens',
    kind: 'token',
    pattern:
      /(?<![A-Za-z0-9])(?:gh[pousr]_|github_pat_|glpat-|xox[a-z]-|xapp-|[rs]k_(?:live|test)_|whsec_|AIza|ya29\.|GOCSPX-|AGE-SECRET-KEY-1)[\w-]{10,500}/g,
    isOne: (match) => /\d/.test(match),
  },
];

/** The patterns as rules. */
export const patternRules: ReadonlyArray<{ readonly rule: RedactionName; readonly find: TextRule }> =
  patterns.map((pattern) => ({ rule: pattern.rule, find: (text) => findByPattern(text, pattern) }));

function* findByPattern(text: string, { rule, kind, pattern, isOne }: Pattern): Iterable<Finding> {
  for (const match of text.matchAll(pattern)) {
    const secret = match.groups?.secret ?? match[0];
    if (secret === REDACTED || (isOne !== undefined && !isOne(match[0]))) continue;
    const end = match.index + match[0].length;
    yield { rule, kind, start: end - secret.length, end };
  }
}

/** Whether 40 characters are as mixed as Base64 of chance is: a hash in hex, a path and a name in camel case are not. */
function isRandom(text: string): boolean {
  const count = (letters: RegExp) => text.match(letters)?.length ?? 0;
  const small = count(/[a-z]/g);
  return count(/[A-Z]/g) >= 8 && small >= 7 && small <= 25 && count(/\d/g) >= 1 && count(/\//g) <= 4;
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('latin1');
}
