import { redactionBounds } from '../bounds.ts';
import { isNameField, isValueField } from './named-value.ts';
import { REDACTED } from './redacted.ts';
import { isAboutSecret, isHarmless } from './secret-names.ts';

/** What is made of the texts in JSON. */
export interface JsonTextRules {
  readonly redact: (text: string) => string;
  readonly isSecretName: (name: string) => boolean;
  readonly isSecretMapping: (name: string, value: string) => boolean;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  text: string;
}

/** An object or a list that is being read. */
interface Level {
  readonly isObject: boolean;
  /** Whether all in it is secret. */
  readonly isSecret: boolean;
  /** The name of the value that is next; none yet where a name is next. */
  name: string | undefined;
  isNameOfSecret: boolean;
  /** Whether a number of that name is none. */
  isNameOfCount: boolean;
  /** Of `{"name": "DB_PASS", "value": "…"}`: whether the name is a secret's, and where the value stands. */
  namesSecret: boolean;
  value: Edit | undefined;
  /** Names that were redacted: each gets another one. */
  redactedNames: number;
}

const TAKEN = JSON.stringify(REDACTED);
const BEGIN = /^\s{0,100}[{[]/;
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]|-?\d[\d.eE+-]*/g;

/** Whether a text is an object or a list in JSON. */
export function isJsonText(text: string): boolean {
  return BEGIN.test(text) && text.length <= redactionBounds.textLength && isJson(text);
}

/** Redacts a text that is JSON: what need not change keeps its layout. */
export function redactJsonText(text: string, rules: JsonTextRules): string {
  const parts: string[] = [];
  let at = 0;
  for (const edit of findEdits(text, rules)) {
    parts.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  return parts.length === 0 ? text : `${parts.join('')}${text.slice(at)}`;
}

/** The texts in a text that is JSON, names included. */
export function textsInJson(text: string): string[] {
  return [...text.matchAll(TOKEN)].flatMap(([token]) =>
    token.startsWith('"') ? [JSON.parse(token) as string] : [],
  );
}

function findEdits(text: string, rules: JsonTextRules): Edit[] {
  const edits: Edit[] = [];
  let level: Level = levelOf(false, false);
  const outer: Level[] = [];
  for (const { 0: token, index: start } of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      outer.push(level);
      level = levelOf(token === '{', level.isSecret || level.isNameOfSecret);
    } else if (token === '}' || token === ']') {
      if (level.namesSecret && level.value !== undefined) level.value.text = TAKEN;
      level = outer.pop() ?? level;
    } else if (token === ',') {
      if (level.isObject) level.name = undefined;
    } else {
      const edit = readToken(token, start, level, rules);
      if (edit !== undefined) edits.push(edit);
    }
  }
  return edits;
}

function levelOf(isObject: boolean, isSecret: boolean): Level {
  return {
    isObject,
    isSecret,
    name: undefined,
    isNameOfSecret: false,
    isNameOfCount: false,
    namesSecret: false,
    value: undefined,
    redactedNames: 0,
  };
}

function readToken(token: string, start: number, level: Level, rules: JsonTextRules): Edit | undefined {
  const end = start + token.length;
  const isText = token.startsWith('"');
  const { name = '' } = level;
  if (isText && level.isObject && level.name === undefined) return readName(token, start, level, rules);
  const value = isText ? (JSON.parse(token) as string) : token;
  const isKept = isHarmless(value) || (!isText && level.isNameOfCount);
  if ((level.isSecret || level.isNameOfSecret) && !isKept) return { start, end, text: TAKEN };
  if (isText && rules.isSecretMapping(name, value)) return { start, end, text: TAKEN };
  const redacted = isText ? rules.redact(value) : value;
  if (isText && isNameField(name))
    level.namesSecret ||= rules.isSecretName(value) || rules.isSecretName(redacted);
  const edit = { start, end, text: redacted === value ? token : JSON.stringify(redacted) };
  if (isValueField(name) && !isHarmless(value)) level.value = edit;
  return edit.text === token && level.value !== edit ? undefined : edit;
}

function readName(token: string, start: number, level: Level, rules: JsonTextRules): Edit | undefined {
  const name = JSON.parse(token) as string;
  const redacted = rules.redact(name);
  level.name = name;
  level.isNameOfSecret = rules.isSecretName(name) || rules.isSecretName(redacted);
  level.isNameOfCount = isAboutSecret(name) && isAboutSecret(redacted);
  if (redacted === name) return undefined;
  level.redactedNames += 1;
  const text = level.redactedNames === 1 ? redacted : `${redacted}-${level.redactedNames}`;
  return { start, end: start + token.length, text: JSON.stringify(text) };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
