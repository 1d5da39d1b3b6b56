import type { Identified } from '../aws/apigateway/operations.ts';
import type { Passage } from '../aws/signing/signer.ts';
import type { Call } from '../call.ts';
import type { Session } from '../sessions/session.ts';

/** A call and what was found out about it. */
export interface Context {
  readonly call: Call;
  readonly session: Session;
  readonly asked: Identified;
  readonly region: string | undefined;
  /** How it may go on; absent in replay, where none does. */
  readonly passage: Passage | undefined;
}
