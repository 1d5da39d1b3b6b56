import type { Finding } from './finding.ts';
import { isHarmless, isSecretName } from './secret-names.ts';

/** A whole run of a name's letters and the sign behind it: `DB_PASS=`, `"password" : `, `<secret>`. */
const NAME = /(?<![\w.-])([\w.-]+)["'\\]{0,20}\s{0,8}(:=|=>|[:>]|=(?!=))\s{0,8}/g;
/** An option of a command: `--db-pass hunter2`. */
const OPTION = /(?<![\w-])--([A-Za-z][\w-]*)\s(?!-)/g;

/** Values by what they stand in. They are bounded: what is searched may be one line without an end. */
const IN_QUERY = /[^\s"'<>&#\\]{1,4000}/y;
const IN_ELEMENT = /[^<]{1,4000}/y;
const IN_CONNECTION_STRING = /[^;\r\n"'<>]{1,200}(?=;)/y;
const IN_SENTENCE = /[^\s"'`<>;,\\]{1,4000}/y;
const BARE = /[^\s"'`<>;\\]{1,4000}/y;
const QUOTED = {
  '"': /(?:[^"\\\r\n]|\\[^\r\n]){0,2000}(?=")/y,
  "'": /(?:[^'\\\r\n]|\\[^\r\n]){0,2000}(?=')/y,
  '`': /(?:[^`\\\r\n]|\\[^\r\n]){0,2000}(?=`)/y,
};
/** Between quotes that are escaped themselves, as JSON in a string has them. */
const IN_ESCAPED_QUOTES = /[^"'\\\r\n]{0,2000}(?=\\)/y;

/** Finds the values of what is named as a secret, where a text has names and values: `Password=…;`, `?api_key=…`. */
export function* findAssignments(text: string): Iterable<Finding> {
  yield* findValues(text, NAME, (match, at) => {
    const [, name = '', sign = ''] = match;
    if (!isNamed(text, match.index, name, sign)) return undefined;
    return readQuoted(text, at) ?? readBare(text, match.index, at, sign);
  });
  yield* findValues(text, OPTION, ([, name = ''], at) =>
    isSecretName(name) ? (readQuoted(text, at) ?? read(BARE, text, at)) : undefined,
  );
}

function* findValues(
  text: string,
  pattern: RegExp,
  readValue: (match: RegExpExecArray, at: number) => Value | undefined,
): Iterable<Finding> {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const value = readValue(match, pattern.lastIndex);
    if (value === undefined || isHarmless(value.text)) continue;
    // A value is read once, whatever names it holds.
    pattern.lastIndex = value.start + value.text.length;
    yield { rule: 'secret-names', kind: 'named-secret', start: value.start, end: pattern.lastIndex };
    pattern.lastIndex = value.start + value.text.length;
  }
}

interface Value {
  readonly text: string;
  readonly start: number;
}

function isNamed(text: string, start: number, name: string, sign: string): boolean {
  const before = text[start - 1] ?? '';
  if (sign === '>' && before !== '<') return false;
  // A part of an ARN, of a path or of an address; a variable that is mentioned.
  if (sign === ':' && /[:/@$]/.test(before)) return false;
  if (before === '$' && name.includes('.')) return false;
  if (isSecretName(name)) return true;
  // `API key: …`
  const [, word] =
    before === ' ' ? (/([A-Za-z]{1,20}) $/.exec(text.slice(Math.max(0, start - 24), start)) ?? []) : [];
  return word !== undefined && isSecretName(`${word}_${name}`);
}

function readQuoted(text: string, at: number): Value | undefined {
  if (text[at] === '\\') {
    const start = /^\\{1,20}["']/.exec(text.slice(at, at + 21))?.[0].length;
    return start === undefined ? undefined : read(IN_ESCAPED_QUOTES, text, at + start);
  }
  const quote = text[at];
  return quote === '"' || quote === "'" || quote === '`' ? read(QUOTED[quote], text, at + 1) : undefined;
}

function readBare(text: string, nameAt: number, at: number, sign: string): Value | undefined {
  const before = text[nameAt - 1] ?? '';
  if (sign === '>') return read(IN_ELEMENT, text, at);
  if (sign === ':') {
    const value = read(IN_SENTENCE, text, at);
    return value !== undefined && isLikely(value, text) ? value : undefined;
  }
  if (before === '?' || before === '&') return read(IN_QUERY, text, at);
  const isInConnectionString =
    /^$|[;"']/.test(before) || /; $/.test(text.slice(Math.max(0, nameAt - 2), nameAt));
  return (isInConnectionString ? read(IN_CONNECTION_STRING, text, at) : undefined) ?? read(BARE, text, at);
}

/** Whether what follows a colon is a value: in a sentence, `secret: see the wiki` tells none. */
function isLikely({ text: value, start }: Value, text: string): boolean {
  const next = text.slice(start + value.length, start + value.length + 1);
  return /^[\r\n,;]?$/.test(next) || value.length >= 20 || /[\d!#$%&*+/=?@^~]/.test(value);
}

function read(pattern: RegExp, text: string, at: number): Value | undefined {
  pattern.lastIndex = at;
  const found = pattern.exec(text)?.[0];
  return found === undefined ? undefined : { text: found, start: at };
}
