import * as z from 'zod';
import type { Fault } from './effect.ts';

/** Why parameters cannot be used that are fine each for itself, and what to do. */
export interface Flaw {
  readonly reason: string;
  readonly remedy: string;
}

/** A kind of fault: its parameters, and what it makes of them. */
export interface FaultKind {
  /** What it does to a call, in a line. */
  readonly describes: string;
  /** A rule of this kind, as text. */
  readonly example: string;
  /** The kind's present name, where this row is a name that it once had. */
  readonly newName?: string;
  readonly parameters: Readonly<Record<string, z.ZodType>>;
  /** Whether it looks at the victim's `draw`, with these parameters, parsed already. */
  readonly isRandom?: (parameters: Readonly<Record<string, unknown>>) => boolean;
  /** Whether it may look at the victim's `original`: what is recorded is then read before the rules are asked. */
  readonly needsOriginal?: boolean;
  /** What is wrong with parameters, parsed already, when they are taken together. */
  readonly findFlaw?: (parameters: Readonly<Record<string, unknown>>) => Flaw | undefined;
  /** Makes a fault of parameters that were parsed already. */
  readonly create: (parameters: Readonly<Record<string, unknown>>) => Fault;
}

/** Parameters by their name: what a spec or a file may say. */
export type Shape = Record<string, z.ZodType>;

/** What the parameters of a shape are once they are parsed. */
export type Parsed<S extends Shape> = z.infer<z.ZodObject<S>>;

/** What every kind says of itself. */
export interface Introduction<S extends Shape> {
  readonly describes: string;
  readonly example: string;
  readonly parameters: S;
}

/** Binds the types of a kind's parameters to what it creates, and forgets them for the table. */
export function faultKind<S extends Shape>({
  isRandom,
  findFlaw,
  create,
  ...definition
}: Introduction<S> & {
  readonly isRandom?: (parameters: Parsed<S>) => boolean;
  readonly needsOriginal?: boolean;
  readonly findFlaw?: (parameters: Parsed<S>) => Flaw | undefined;
  readonly create: (parameters: Parsed<S>) => Fault;
}): FaultKind {
  const schema = z.object(definition.parameters);
  return {
    ...definition,
    ...(isRandom !== undefined && { isRandom: (parameters) => isRandom(schema.parse(parameters)) }),
    ...(findFlaw !== undefined && { findFlaw: (parameters) => findFlaw(schema.parse(parameters)) }),
    create: (parameters) => create(schema.parse(parameters)),
  };
}

/** A kind by a name that it once had: rules that say it go on working. */
export function olderName(newName: string, kind: FaultKind, example: string): FaultKind {
  return { ...kind, describes: `the older name of ${newName}`, example, newName };
}
