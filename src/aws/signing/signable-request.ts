/** A request to sign: the target as it stands on the wire, header names in lower case. */
export interface SignableRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
