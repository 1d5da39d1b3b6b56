import type { Denial, Passage, UpstreamRequest } from '../aws/signing/signer.ts';
import type { Answer, Call } from '../call.ts';

/** An answer of the upstream. `text` is its decoded body; absent when it is too long, or cannot be decoded. */
export interface UpstreamAnswer extends Answer {
  readonly text: string | undefined;
}

/** What forwarding modes need besides. */
export interface Upstream {
  /** Decides whether a call may go on, and signs it. */
  readonly admit: (call: Call, isKept: boolean) => Promise<Passage | Denial>;
  /** Sends it. `wholeBody`: the answer's body is wanted, to be recorded. */
  readonly forward: (request: UpstreamRequest, wholeBody: boolean) => Promise<UpstreamAnswer>;
}
