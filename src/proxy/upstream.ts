import type { Denial, Passage, UpstreamRequest } from '../aws/signing/signer.ts';
import type { Answer, Call } from '../call.ts';

/** An answer of the upstream. */
export interface UpstreamAnswer extends Answer {
  /** Its decoded body, where it is wanted whole and that can be had: a text, or the bytes of what is none. */
  readonly content?: string | Uint8Array | undefined;
  /** Why it has no {@link content} though it is wanted whole. */
  readonly obstacle?: string | undefined;
}

/** What forwarding modes need besides. */
export interface Upstream {
  /** Decides whether a call may go on, and signs it. */
  readonly admit: (call: Call, isKept: boolean) => Promise<Passage | Denial>;
  /**
   * Sends it. `wholeBody`: the answer's body is wanted, to be recorded. `whenOver` tells of the end of the call: what is
   * under way for it is given up then.
   */
  readonly forward: (
    request: UpstreamRequest,
    wholeBody: boolean,
    whenOver: Call['whenOver'],
  ) => Promise<UpstreamAnswer>;
}
