/**
 * What a value may be, as settings know it: little enough to need no library, which every start would have to load.
 * What is read may be text: everything but the config file gives nothing else.
 */
export interface Reader<T> {
  /** What it is, as in `is a path`. */
  readonly message: string;
  /** The value as it is used; nothing when it cannot be. */
  readonly read: (value: unknown) => T | undefined;
  /** All that it may be, where that is a choice of words. */
  readonly words?: readonly string[];
}

/** A text that is not empty, and matches. */
export function text(message: string, pattern = /./s): Reader<string> {
  return { message, read: (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined) };
}

/** What a text stands for. */
export function parsed<T>(message: string, parse: (text: string) => T | undefined): Reader<T> {
  return { message, read: (value) => (typeof value === 'string' ? parse(value) : undefined) };
}

/** One of these words. */
export function oneOf<T extends string>(words: readonly T[]): Reader<T> {
  return { message: 'is a known name', read: (value) => words.find((word) => word === value), words };
}

/** A whole number from 0 on. */
export function wholeNumber(max: number, message: string): Reader<number> {
  const read = (value: unknown) => {
    const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
    return Number.isInteger(number) && Number(number) >= 0 && Number(number) <= max
      ? Number(number)
      : undefined;
  };
  return { message, read };
}

const YES = /^(?:true|1|yes|on|y|enabled)$/i;
const NO = /^(?:false|0|no|off|n|disabled)$/i;

/** Yes or no. */
export const yesOrNo: Reader<boolean> = {
  message: 'is true or false',
  read: (value) => {
    if (typeof value === 'boolean') return value;
    if (typeof value !== 'string') return undefined;
    return YES.test(value) ? true : NO.test(value) ? false : undefined;
  },
};

/** A list of such values. */
export function listOf<T>({ read, ...rest }: Reader<T>): Reader<T[]> {
  return {
    ...rest,
    read: (value) => {
      if (!Array.isArray(value)) return undefined;
      const items = value.map(read).filter((item) => item !== undefined);
      return items.length === value.length ? items : undefined;
    },
  };
}
