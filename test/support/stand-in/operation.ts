import type { Place } from './kinds.ts';
import type { Received } from './signature.ts';
import type { StageFields } from './stages.ts';
import type { Store } from './store.ts';

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
