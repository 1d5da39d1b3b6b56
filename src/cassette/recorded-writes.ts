import { isSuccess } from '../aws/apigateway/operation.ts';
import type { Interaction } from './format.ts';

/** A write that a file tells of: what it is about, and how many writes the file had with it. */
export interface RecordedWrite {
  readonly path: string;
  readonly at: number;
}

export const NO_WRITES: readonly RecordedWrite[] = [];

/** The writes among interactions that changed something, in the order in which they were answered. */
export function writesAmong(interactions: readonly Interaction[]): readonly RecordedWrite[] {
  const writes = interactions
    .filter(({ operation }) => operation.isWrite)
    .flatMap(({ key, takes }) =>
      takes.filter(({ status }) => isSuccess(status)).map(({ at }) => ({ path: key.path, at })),
    );
  return writes.length === 0 ? NO_WRITES : writes.sort((a, b) => a.at - b.at);
}

/** Whether a write to one path may change what is read at the other: one is the other's beginning, by segments. */
export function isRelated(a: string, b: string): boolean {
  return a === b || b.startsWith(`${a}/`) || a.startsWith(`${b}/`);
}

/** The number of the last related write among the first `at`: answers of one epoch are of one state. 0 before the first. */
export function epochOf(path: string, at: number, writes: readonly RecordedWrite[]): number {
  const last = writes.findLast((write) => write.at <= at && isRelated(write.path, path));
  return last?.at ?? 0;
}
