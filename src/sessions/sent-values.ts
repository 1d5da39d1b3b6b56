import type { Key } from '../aws/apigateway/key.ts';
import { memoryBounds } from '../bounds.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { changeEmbedded, withMember } from './embedded.ts';
import { changedTexts, putBack, type SentText } from './put-back.ts';
import { canonicalPath, memberOfStage, stageOfDeployment } from './sent-path.ts';

interface Entry extends SentText {
  /** {@link SentText.members} as one text. */
  readonly place: string;
  /** What it was sent to, and what that is called that came of it: paths. */
  readonly subjects: Subjects;
  /** The later one was sent later. */
  readonly order: number;
}

/** The path that something is at, or below, and what it is called there, as a path. */
type Subjects = readonly [path: string, ...named: string[]];

/** What an entry takes besides its texts, places in both maps included: measured were 1,000 to 1,600, with short texts. */
const ENTRY_BYTES = 1400;
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
  'responseType',
  'routingRuleId',
  'portalProductId',
  'portalId',
  'productPageId',
  'productRestEndpointPageId',
  'basePath',
  'version',
  'apiId',
  'deploymentId',
];

/**
 * What a client of a replay has sent and redaction took out: later answers carry it where it stood, as the service's
 * would. A program that compares them with what it holds finds no difference then.
 */
export class SentValues {
  readonly #hold: (bytes: number) => void;
  /** By place and subjects, the oldest first. */
  readonly #entries = new Map<string, Entry>();
  /** The same by each of their subjects: an answer may show thousands of things. */
  readonly #bySubject = new Map<string, Set<Entry>>();
  #count = 0;

  /** @param hold asks for so many bytes to keep something in. It throws when there are none left. */
  constructor(hold: (bytes: number) => void) {
    this.#hold = hold;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Remembers what of a write was taken out. `answered`: what is recorded of its answer, which names what was made. */
  learn({ path: asked }: Key, raw: JsonObject, redacted: JsonObject, answered: JsonObject): void {
    const texts = changedTexts(raw, redacted);
    if (texts.length === 0) return;
    const path = canonicalPath(asked);
    const { document } = answered;
    const subjects = subjectsOf(isJsonObject(document) ? document : {}, path);
    const stage = stageOfDeployment(path, isJsonObject(raw.body) ? raw.body.stageName : undefined);
    for (const text of texts) {
      this.#add(text, subjects);
      const members = stage === undefined ? undefined : memberOfStage(text.members);
      if (stage !== undefined && members !== undefined) this.#add({ ...text, members }, [stage]);
    }
  }

  /** The content of an answer with what was sent put back into it; the same one where nothing was. */
  restore({ path: asked }: Key, content: JsonObject): JsonObject {
    if (this.isEmpty) return content;
    const path = canonicalPath(asked);
    const restored = Object.entries(content).map(([name, value]): [string, Json] => {
      if (name === 'stages') return [name, this.#restoreAll(value, path)];
      return [name, name === 'document' && isJsonObject(value) ? this.#restoreDocument(value, path) : value];
    });
    const isSame = restored.every(([name, value]) => value === content[name]);
    return isSame ? content : Object.fromEntries(restored);
  }

  clear(): void {
    for (const entry of this.#entries.values()) this.#hold(-sizeOf(entry));
    this.#entries.clear();
    this.#bySubject.clear();
  }

  #add(text: SentText, subjects: Subjects): void {
    const place = text.members.join('/');
    const entry: Entry = { ...text, place, subjects, order: this.#count };
    const id = JSON.stringify([place, ...subjects]);
    const known = this.#entries.get(id);
    const [oldest] = this.#entries;
    const isFull = this.#entries.size >= memoryBounds.sentTexts;
    const leaving = known !== undefined ? ([id, known] as const) : isFull ? oldest : undefined;
    this.#hold(sizeOf(entry) - (leaving === undefined ? 0 : sizeOf(leaving[1])));
    this.#count += 1;
    if (leaving !== undefined) this.#remove(...leaving);
    this.#entries.set(id, entry);
    for (const subject of subjects) {
      const those = this.#bySubject.get(subject) ?? new Set();
      this.#bySubject.set(subject, those.add(entry));
    }
  }

  #remove(id: string, entry: Entry): void {
    this.#entries.delete(id);
    for (const subject of entry.subjects) {
      const those = this.#bySubject.get(subject);
      those?.delete(entry);
      if (those?.size === 0) this.#bySubject.delete(subject);
    }
  }

  #restoreDocument(document: JsonObject, path: string): JsonObject {
    let restored = this.#restoreThing(document, subjectsOf(document, path), path);
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
    const [, ...named] = subjectsOf(things, path);
    return this.#restoreThing(things, ['', ...named], named[0]);
  }

  /** @param path where it is itself, if that can be told. */
  #restoreThing(thing: JsonObject, subjects: Subjects, path: string | undefined): JsonObject {
    const restored = this.#meantFor(subjects).reduce(putBack, thing);
    if (path === undefined) return restored;
    return changeEmbedded(restored, path, (part, at) => this.#restoreThing(part, [at], at));
  }

  /** Of what was sent for one member, what shares most names with this, and of that the last. */
  #meantFor(subjects: Subjects): Entry[] {
    const candidates = new Set(subjects.flatMap((subject) => [...(this.#bySubject.get(subject) ?? [])]));
    if (candidates.size === 0) return [];
    const best = new Map<string, { readonly shared: number; readonly entry: Entry }>();
    for (const entry of [...candidates].sort((a, b) => a.order - b.order)) {
      const shared = sharedNames(entry, subjects);
      if (shared > 0 && shared >= (best.get(entry.place)?.shared ?? 0))
        best.set(entry.place, { shared, entry });
    }
    return [...best.values()].map(({ entry }) => entry);
  }
}

/** How many names a thing has in common with what a value was sent for. What has no name is meant by its path. */
function sharedNames({ subjects: [path, ...named] }: Entry, [thing, ...names]: Subjects): number {
  const isNameless = named.length === 0 || names.length === 0;
  if (isNameless && path === thing) return 1;
  const shared = named.filter((name) => name === thing || names.includes(name)).length;
  return names.includes(path) ? shared + 1 : shared;
}

/** What a thing is at the path, or below it, under its names. */
function subjectsOf(thing: JsonObject, path: string): Subjects {
  return [path, ...namesOf(thing).map((name) => `${path}/${name}`)];
}

/** What the thing is called, as a path has it. */
function namesOf(thing: JsonObject): string[] {
  const own = NAMES.find((name) => typeof thing[name] === 'string');
  return [own && thing[own], thing.name].flatMap((name) =>
    typeof name === 'string' ? [encodeURIComponent(name.toWellFormed())] : [],
  );
}

function sizeOf({ members, raw, redacted, subjects }: Entry): number {
  const texts = [...members, raw, redacted, ...subjects, ...subjects];
  return ENTRY_BYTES + texts.reduce((sum, text) => sum + 2 * text.length, 0);
}
