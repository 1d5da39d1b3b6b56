import type { Place } from './kinds.ts';
import type { Received } from './signature.ts';
import type { StageFields } from './stages.ts';
import type { Fields, Store } from './store.ts';

/** What the control plane is to know besides the call. */
export interface PlaneState {
  readonly accountId: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The stages of each REST API, which GetStages lists. */
  readonly apis: Map<string, StageFields[]>;
  readonly plane: Store;
}

/** A call, and where it goes. */
export interface Operation {
  readonly call: Received;
  readonly state: PlaneState;
  readonly place: Place;
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly isPlain: boolean;
}

/** A REST API: one that was made, or a sample, of which nothing is known but its stages. */
export function restApi({ plane, apis }: PlaneState, id: string): Fields | undefined {
  const made = plane.get(`/restapis/${encodeURIComponent(id)}`);
  return made ?? (apis.has(id) ? { createdDate: 1460741888, id, name: `api ${id}` } : undefined);
}
