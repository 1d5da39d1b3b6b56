import type { Identified } from '../aws/apigateway/operations.ts';
import type { Passage } from '../aws/signing/signer.ts';
import type { Call } from '../call.ts';
import type { JsonObject } from '../json.ts';
import type { Session } from '../sessions/session.ts';

/** What a call sends along, as it came and as it is recorded. */
export interface SentBody {
  readonly raw: JsonObject;
  readonly redacted: JsonObject;
}

/** A call and what was found out about it. */
export interface Context {
  readonly call: Call;
  readonly session: Session;
  /** The session that the call names, which may not have been made for it. */
  readonly sessionName: string | undefined;
  readonly asked: Identified;
  readonly region: string | undefined;
  /** How it may go on; absent in replay, where none does. */
  readonly passage: Passage | undefined;
  /** What it sends along, as it came and as it is recorded; absent until that was looked at. */
  readonly sent?: SentBody;
}
