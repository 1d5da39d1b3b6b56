/** What a client is told, so that it trusts the authority. */
export interface PublicFiles {
  /** `ca.pem`: the authority's certificate alone, for clients that add it to their roots. */
  readonly certificatePath: string;
  /** `bundle.pem`: the public roots that come with Node.js, and the certificate, for clients that want all their roots. */
  readonly bundlePath: string;
}
