import { EXAMPLE_ACCOUNT_ID } from '../aws/apigateway/service-error.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';

/** A text that a client sent, and what redaction left of it. */
export interface SentText {
  /** The members that lead to it. */
  readonly members: readonly string[];
  readonly raw: string;
  readonly redacted: string;
}

/** The texts in what was sent that redaction changed. Patch operations tell their members as a path. */
export function changedTexts(raw: JsonObject, redacted: JsonObject): SentText[] {
  const found: SentText[] = [];
  const compare = (a: Json | undefined, b: Json | undefined, members: readonly string[]): void => {
    if (typeof a === 'string') {
      if (typeof b === 'string' && a !== b) found.push({ members, raw: a, redacted: b });
    } else if (isJsonObject(a) && isJsonObject(b)) {
      if (isPatch(a)) compare(a.value, b.value, pointerOf(a.path));
      else for (const name of Object.keys(a)) compare(a[name], b[name], [...members, name]);
    } else if (Array.isArray(a) && Array.isArray(b)) {
      // What stands in a list is told by its place; patch operations tell their own.
      const isOfPatch = members.length === 1 && members[0] === 'patchOperations';
      for (const [at, value] of a.entries()) compare(value, b[at], isOfPatch ? [] : [...members, String(at)]);
    }
  };
  compare(raw.body, redacted.body, []);
  return found;
}

/** The document with the text in its place, where it holds what redaction left of it; the same one where it does not. */
export function putBack(document: JsonObject, sent: SentText): JsonObject {
  const change = (value: Json | undefined, at: number): Json | undefined => {
    const member = sent.members[at];
    if (member === undefined) return typeof value === 'string' ? textFor(value, sent) : value;
    if (Array.isArray(value)) {
      const next = change(value[Number(member)], at + 1);
      return next === undefined || next === value[Number(member)] ? value : value.with(Number(member), next);
    }
    if (!isJsonObject(value) || !Object.hasOwn(value, member)) return value;
    const next = change(value[member], at + 1);
    return next === undefined || next === value[member] ? value : { ...value, [member]: next };
  };
  return change(document, 0) as JsonObject;
}

/** The service may write what was sent in another way: then it is the account's id that is put back. */
function textFor(answered: string, { raw, redacted }: SentText): string {
  if (answered === redacted) return raw;
  if (!answered.includes(EXAMPLE_ACCOUNT_ID) || raw.includes(EXAMPLE_ACCOUNT_ID)) return answered;
  const [id, ...others] = new Set(
    raw.match(/(?<!\d)\d{12}(?!\d)/g)?.filter((one) => !redacted.includes(one)),
  );
  return id === undefined || others.length > 0 ? answered : answered.replaceAll(EXAMPLE_ACCOUNT_ID, id);
}

function isPatch(value: JsonObject): value is JsonObject & { path: string } {
  return typeof value.op === 'string' && typeof value.path === 'string';
}

/** [RFC 6901] */
function pointerOf(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}
