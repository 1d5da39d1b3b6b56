/** What parsed JSON is made of, besides whatever numbers are made into. */
export type Parsed<N> = null | boolean | string | N | Parsed<N>[] | { [field: string]: Parsed<N> };

/** How much JSON may hold. */
export interface JsonLimits {
  /** Levels of nesting. */
  readonly depth: number;
  /** Values: lists, objects and all that stands in them. */
  readonly values: number;
}

/** What a number's text is made into, and when two values are the same. */
export interface JsonNumbers<N> {
  readonly toNumber: (text: string) => N;
  readonly isSame: (a: Parsed<N>, b: Parsed<N>) => boolean;
}

/** It may be JSON, but of more than is taken. */
export class JsonLimitError extends SyntaxError {}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS = new Map<number, readonly [word: string, value: boolean | null]>([
  [0x74, ['true', true]],
  [0x66, ['false', false]],
  [0x6e, ['null', null]],
]);
/** In characters. Longer slices are views that would keep the whole text in memory. */
const COPIED_LENGTH = 12;

/**
 * Parses JSON, one pass over a text that may be a stranger's and megabytes long. Code of our own, since a library reads
 * strings a character at a time, which takes a hundred times as long, and knows no limit: this gives up at the first value
 * too many.
 */
export class JsonParser<N> {
  readonly #text: string;
  readonly #limits: JsonLimits;
  readonly #numbers: JsonNumbers<N>;
  #at = 0;
  #values = 0;

  constructor(text: string, limits: JsonLimits, numbers: JsonNumbers<N>) {
    this.#text = text;
    this.#limits = limits;
    this.#numbers = numbers;
  }

  /** @throws SyntaxError for what is not JSON or repeats a field with another value; {@link JsonLimitError}. */
  parse(): Parsed<N> {
    const value = this.#value(this.#limits.depth);
    this.#skipBlanks();
    if (this.#at < this.#text.length) throw this.#unexpected();
    return value;
  }

  #value(levels: number): Parsed<N> {
    this.#values += 1;
    if (this.#values > this.#limits.values) throw new JsonLimitError(tooManyValues(this.#limits.values));
    const first = this.#skipBlanks();
    if (first === QUOTE) return this.#string();
    if (first === OPENING_BRACE || first === OPENING_BRACKET) {
      if (levels === 0) throw new JsonLimitError('it nests too deeply');
      this.#at += 1;
      return first === OPENING_BRACE ? this.#object(levels - 1) : this.#list(levels - 1);
    }
    const [word, value] = WORDS.get(first) ?? [];
    if (word === undefined || value === undefined) return this.#number();
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected();
    this.#at += word.length;
    return value;
  }

  #list(levels: number): Parsed<N>[] {
    const list: Parsed<N>[] = [];
    if (this.#endsAtOnce(CLOSING_BRACKET)) return list;
    do list.push(this.#value(levels));
    while (this.#goesOn(CLOSING_BRACKET));
    return list;
  }

  #object(levels: number): { [field: string]: Parsed<N> } {
    const object: { [field: string]: Parsed<N> } = {};
    if (this.#endsAtOnce(CLOSING_BRACE)) return object;
    do {
      if (this.#skipBlanks() !== QUOTE) throw this.#unexpected();
      const name = this.#string();
      if (this.#skipBlanks() !== COLON) throw this.#unexpected();
      this.#at += 1;
      const value = this.#value(levels);
      if (!Object.hasOwn(object, name)) setField(object, name, value);
      else if (!this.#numbers.isSame(object[name] as Parsed<N>, value))
        throw new SyntaxError(`${JSON.stringify(name).slice(0, 100)} is given twice`);
    } while (this.#goesOn(CLOSING_BRACE));
    return object;
  }

  #endsAtOnce(closing: number): boolean {
    const ends = this.#skipBlanks() === closing;
    if (ends) this.#at += 1;
    return ends;
  }

  /** Past a comma, or past the end. */
  #goesOn(closing: number): boolean {
    const next = this.#skipBlanks();
    if (next !== COMMA && next !== closing) throw this.#unexpected();
    this.#at += 1;
    return next === COMMA;
  }

  #number(): N {
    NUMBER.lastIndex = this.#at;
    if (!NUMBER.test(this.#text)) throw this.#unexpected();
    const number = this.#text.slice(this.#at, NUMBER.lastIndex);
    this.#at = NUMBER.lastIndex;
    return this.#numbers.toNumber(number);
  }

  #string(): string {
    const start = this.#at;
    const end = this.#endOfString(start);
    this.#at = end + 1;
    const length = end - start - 1;
    if (length <= COPIED_LENGTH && this.#isPlain(start + 1, end)) return this.#text.slice(start + 1, end);
    try {
      return JSON.parse(this.#text.slice(start, end + 1)) as string;
    } catch (cause) {
      throw new SyntaxError(`the text at position ${start} is no text of JSON`, { cause });
    }
  }

  /** Where the closing quote is: the first one that no odd number of backslashes stands before. */
  #endOfString(start: number): number {
    for (let end = start; ; ) {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) {
        this.#at = this.#text.length;
        throw this.#unexpected();
      }
      let before = end - 1;
      while (this.#text.charCodeAt(before) === BACKSLASH) before -= 1;
      if ((end - before) % 2 === 1) return end;
    }
  }

  #isPlain(from: number, to: number): boolean {
    for (let i = from; i < to; i += 1) {
      const code = this.#text.charCodeAt(i);
      if (code === BACKSLASH || code < 0x20) return false;
    }
    return true;
  }

  /** @returns what stands there; NaN at the end. */
  #skipBlanks(): number {
    let code = this.#text.charCodeAt(this.#at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      this.#at += 1;
      code = this.#text.charCodeAt(this.#at);
    }
    return code;
  }

  #unexpected(): SyntaxError {
    if (this.#at >= this.#text.length) return new SyntaxError('it ends too early');
    const found = JSON.stringify(String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0));
    return new SyntaxError(`${found} at position ${this.#at} is not expected`);
  }
}

/** Why a document of more values than that is not taken. */
export function tooManyValues(most: number): string {
  return `it holds more than ${most.toLocaleString('en')} values`;
}

/** `__proto__` is a field like any other. */
function setField<V>(object: { [field: string]: V }, name: string, value: V): void {
  if (name === '__proto__')
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  else object[name] = value;
}
