import type { Key } from '../aws/apigateway/key.ts';
import { memoryBounds } from '../bounds.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { changedTexts, putBack, type SentText } from './put-back.ts';

interface Entry extends SentText {
  /** {@link SentText.members} as one text. */
  readonly place: string;
  /** What it was sent to, and what that is called that came of it: paths. */
  readonly subjects: readonly [path: string, ...named: string[]];
}

/** What an entry takes besides its texts, as measured. */
const ENTRY_BYTES = 300;
/** A plan's keys are keys of the account, by their ids, and show their values unasked. [real recordings] */
const KEYS_OF_PLAN = /^\/usageplans\/[^/]+\/keys(?=\/|$)/;
/** Members that name a thing, the first that it has: most things have others that name what they belong to. [the service's models] */
const NAMES = [
  'id',
  'stageName',
  'apiMappingId',
  'routeResponseId',
  'integrationResponseId',
  'routeId',
  'integrationId',
  'authorizerId',
  'modelId',
  'vpcLinkId',
  'clientCertificateId',
  'domainName',
  'basePath',
  'version',
  'apiId',
  'deploymentId',
];

/** Members that hold things which have paths of their own: one, or several by the last segment of these. [the service's models] */
const EMBEDDED: ReadonlyArray<readonly [member: string, segment: string, isMap: boolean]> = [
  ['resourceMethods', 'methods', true],
  ['methodIntegration', 'integration', false],
  ['methodResponses', 'responses', true],
  ['integrationResponses', 'responses', true],
];

/**
 * What a client of a replay has sent and redaction took out: later answers carry it where it stood, as the service's
 * would. A program that compares them with what it holds finds no difference then.
 */
export class SentValues {
  readonly #hold: (bytes: number) => void;
  #entries: Entry[] = [];

  /** @param hold asks for so many bytes to keep something in. It throws when there are none left. */
  constructor(hold: (bytes: number) => void) {
    this.#hold = hold;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Remembers what of a write was taken out. `answered`: what is recorded of its answer, which names what was made. */
  learn({ path }: Key, raw: JsonObject, redacted: JsonObject, answered: JsonObject): void {
    const texts = changedTexts(raw, redacted);
    if (texts.length === 0) return;
    const { document } = answered;
    const subjects = subjectsOf(isJsonObject(document) ? document : {}, path);
    for (const text of texts) {
      const entry: Entry = { ...text, place: text.members.join('/'), subjects };
      const known = this.#entries.find((other) => isSamePlace(other, entry));
      const [oldest] = this.#entries;
      const leaving = known ?? (this.#entries.length < memoryBounds.sentTexts ? undefined : oldest);
      this.#hold(sizeOf(entry) - (leaving === undefined ? 0 : sizeOf(leaving)));
      this.#entries = [...this.#entries.filter((other) => other !== leaving), entry];
    }
  }

  /** The content of an answer with what was sent put back into it; the same one where nothing was. */
  restore(key: Key, content: JsonObject): JsonObject {
    if (this.isEmpty) return content;
    const path = key.path.replace(KEYS_OF_PLAN, '/apikeys');
    const restored = Object.entries(content).map(([name, value]): [string, Json] => {
      if (name === 'stages') return [name, this.#restoreAll(value, path)];
      return [name, name === 'document' && isJsonObject(value) ? this.#restoreDocument(value, path) : value];
    });
    const isSame = restored.every(([name, value]) => value === content[name]);
    return isSame ? content : Object.fromEntries(restored);
  }

  clear(): void {
    for (const entry of this.#entries) this.#hold(-sizeOf(entry));
    this.#entries = [];
  }

  #restoreDocument(document: JsonObject, path: string): JsonObject {
    let restored = this.#restoreThing(document, subjectsOf(document, path));
    for (const list of ['item', 'items'])
      if (Array.isArray(restored[list]))
        restored = withMember(restored, list, this.#restoreAll(restored[list], path));
    const embedded = restored._embedded;
    if (isJsonObject(embedded) && embedded.item !== undefined) {
      const item = this.#restoreAll(embedded.item, path);
      restored = withMember(restored, '_embedded', withMember(embedded, 'item', item));
    }
    return restored;
  }

  #restoreAll(things: Json, path: string): Json {
    if (Array.isArray(things)) {
      const restored = things.map((thing) => this.#restoreAll(thing, path));
      return restored.every((thing, at) => thing === things[at]) ? things : restored;
    }
    if (!isJsonObject(things)) return things;
    // What is listed is meant by its name, not by the path of the list.
    return this.#restoreThing(things, ['', ...subjectsOf(things, path).slice(1)]);
  }

  #restoreThing(thing: JsonObject, subjects: readonly string[]): JsonObject {
    const [path, name] = subjects;
    const restored = this.#meantFor(subjects).reduce(putBack, thing);
    return EMBEDDED.reduce((whole, [member, segment, isMap]) => {
      const held = whole[member];
      if (!isJsonObject(held)) return whole;
      const at = `${path || name}/${segment}`;
      return withMember(whole, member, isMap ? this.#restoreMap(held, at) : this.#restoreThing(held, [at]));
    }, restored);
  }

  #restoreMap(things: JsonObject, path: string): JsonObject {
    return Object.entries(things).reduce(
      (whole, [name, thing]) =>
        isJsonObject(thing) ? withMember(whole, name, this.#restoreThing(thing, [`${path}/${name}`])) : whole,
      things,
    );
  }

  /** Of what was sent for one member, what shares most names with this, and of that the last. */
  #meantFor(subjects: readonly string[]): Entry[] {
    const best = new Map<string, { readonly shared: number; readonly entry: Entry }>();
    for (const entry of this.#entries) {
      const shared = sharedNames(entry, subjects);
      if (shared > 0 && shared >= (best.get(entry.place)?.shared ?? 0))
        best.set(entry.place, { shared, entry });
    }
    return [...best.values()].map(({ entry }) => entry);
  }
}

/** How many names a thing has in common with what a value was sent for. What has no name is meant by its path. */
function sharedNames({ subjects: [path, ...named] }: Entry, [thing, ...names]: readonly string[]): number {
  const isNameless = named.length === 0 || names.length === 0;
  if (isNameless && path === thing) return 1;
  const shared = named.filter((name) => name === thing || names.includes(name)).length;
  return names.includes(path) ? shared + 1 : shared;
}

function isSamePlace(a: Entry, b: Entry): boolean {
  return a.place === b.place && a.subjects.join() === b.subjects.join();
}

/** What a thing is at the path, or below it, under its names. */
function subjectsOf(thing: JsonObject, path: string): [path: string, ...named: string[]] {
  return [path, ...namesOf(thing).map((name) => `${path}/${name}`)];
}

/** What the thing is called, as a path has it. */
function namesOf(thing: JsonObject): string[] {
  const own = NAMES.find((name) => typeof thing[name] === 'string');
  return [own && thing[own], thing.name].flatMap((name) =>
    typeof name === 'string' ? [encodeURIComponent(name.toWellFormed())] : [],
  );
}

function withMember(object: JsonObject, name: string, value: Json): JsonObject {
  return object[name] === value ? object : { ...object, [name]: value };
}

function sizeOf({ members, raw, redacted, subjects }: Entry): number {
  const texts = [...members, raw, redacted, ...subjects];
  return ENTRY_BYTES + texts.reduce((sum, text) => sum + 2 * text.length, 0);
}
