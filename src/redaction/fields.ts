import { EXAMPLE_ACCOUNT_ID } from '../aws/apigateway/service-error.ts';
import { isJsonObject, type Json, type JsonObject, numberOf, numberText, objectOf } from '../json.ts';
import { patchedName } from './mappings.ts';
import { isNameField, isValueField } from './named-value.ts';
import { REDACTED } from './redacted.ts';
import { isAboutSecret, isHarmless } from './secret-names.ts';

/** What is done to the fields of a document. */
export interface FieldRules {
  readonly redactText: (text: string) => string;
  readonly isSecretName: (name: string) => boolean;
  readonly isAccountId: (text: string) => boolean;
  readonly isSecretMapping: (name: string, value: string) => boolean;
  /** The user's own rules. */
  readonly applyCustom: (text: string) => string;
  /** Paths of what stays as it is. */
  readonly kept: ReadonlySet<string>;
}

/** Where a value stands. */
interface Place {
  /** The name of the nearest field. */
  readonly name: string;
  /** The way to it from the root, `*` for a place in a list; empty further down than anybody asks. */
  readonly path: string;
  /** Whether all from here on is secret. */
  readonly isSecret: boolean;
}

/** Maps whose names are the user's own. [the service's model] */
const USER_MAPS = new Set(['variables', 'stageVariableOverrides', 'tags', 'methodSettings', 'stageLinks']);
/** Maps by paths and by names of stages: those name no secret, whatever they sound like. */
const MAPS_WITHOUT_NAMES = new Set(['/stages/*/methodSettings', '/stageLinks']);
/** What a recording is read by, and no other can be written. */
const ERROR_TYPE = '/error/type';
/** In the place of stages, their numbers. */
const STAGE_NUMBERS = /^\/envelope(?:\/_embedded)?\/item(?:\/\*)?$/;
const LONGEST_PATH = 40;

/** Makes a function that gives a redacted copy of an object. */
export function createFieldRedactor(rules: FieldRules): (object: JsonObject) => JsonObject {
  const { isSecretName, isAccountId, applyCustom } = rules;
  // The stages of an API, and their methods, have their names and much of their values in common.
  const redactText = remember(rules.redactText);
  // What is left of a name is looked at too, as it will be the next time.
  const isNameOfSecret = remember((name) => isSecretName(name) || isSecretName(redactText(name)));

  function redactFields(object: JsonObject, place: Place): JsonObject {
    const names = Object.keys(object);
    const renamed = renameFields(names, USER_MAPS.has(place.name));
    const hasNames = !MAPS_WITHOUT_NAMES.has(place.path);
    const namesSecret = names.some((name) => {
      const value = object[name];
      return isNameField(name) && typeof value === 'string' && isNameOfSecret(value);
    });
    const patched = patchedName(object);
    const patchesSecret = patched !== undefined && isNameOfSecret(patched);
    return objectOf(
      names.map((name) => {
        const isSecret =
          place.isSecret ||
          (hasNames && isNameOfSecret(name)) ||
          ((namesSecret || patchesSecret) && isValueField(name));
        const inside = { name, path: pathTo(place, name), isSecret };
        const value = object[name] as Json;
        if (rules.kept.has(inside.path)) return [name, value] as const;
        const mapping = isValueField(name) ? (patched ?? name) : name;
        if (typeof value === 'string' && rules.isSecretMapping(mapping, value))
          return [renamed?.get(name) ?? name, REDACTED] as const;
        return [renamed?.get(name) ?? name, redactValue(value, inside)] as const;
      }),
    );
  }

  /** What fields are called that cannot keep their names; those that become alike are numbered, in code-unit order. */
  function renameFields(names: readonly string[], areUsers: boolean): Map<string, string> | undefined {
    const renamed = new Map<string, string>();
    for (const name of names) {
      const text = areUsers ? applyCustom(redactText(name)) : redactText(name);
      if (text !== name) renamed.set(name, text);
    }
    if (renamed.size === 0) return undefined;
    const taken = new Set(names.filter((name) => !renamed.has(name)));
    const numbers = new Map<string, number>();
    for (const [name, text] of [...renamed].sort(([a], [b]) => (a < b ? -1 : 1))) {
      let number = numbers.get(text) ?? 0;
      let unique: string;
      do {
        number += 1;
        unique = number === 1 ? text : `${text}-${number}`;
      } while (taken.has(unique));
      numbers.set(text, number);
      taken.add(unique);
      renamed.set(name, unique);
    }
    return renamed;
  }

  function redactValue(value: Json, place: Place): Json {
    if (Array.isArray(value)) {
      const inside = { ...place, path: pathTo(place, '*') };
      return value.map((item) => redactValue(item, inside));
    }
    if (isJsonObject(value)) return redactFields(value, place);
    if (typeof value === 'string') return redactString(value, place);
    const number = numberText(value);
    return number === undefined ? value : redactNumber(value, number, place);
  }

  function redactString(text: string, { path, isSecret }: Place): string {
    if (isSecret && !isHarmless(text)) return applyCustom(REDACTED);
    const redacted = redactText(text);
    return path === ERROR_TYPE ? redacted : applyCustom(redacted);
  }

  function redactNumber(value: Json, text: string, { name, path, isSecret }: Place): Json {
    if (STAGE_NUMBERS.test(path)) return value;
    if (isSecret && !(isAboutSecret(name) && isAboutSecret(redactText(name)))) return applyCustom(REDACTED);
    const redacted = isAccountId(text) ? EXAMPLE_ACCOUNT_ID : text;
    const custom = applyCustom(redacted);
    if (custom !== redacted) return custom;
    return redacted === text ? value : numberOf(redacted);
  }

  return (object) => redactFields(object, { name: '', path: '', isSecret: false });
}

function pathTo({ path }: Place, name: string): string {
  // A path that is too long begins anew without its slash, and is that of no place.
  return path.length > LONGEST_PATH ? '…' : `${path}/${name}`;
}

function remember<T>(tell: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const told = tell(text);
    known.set(text, told);
    return told;
  };
}
