/** What a client is told, so that it trusts the authority. */
export interface PublicFiles {
  /** `ca.pem`: the authority's certificate alone, for clients that add it to their roots. */
  readonly certificatePath: string;
  /** `bundle.pem`: the public roots that come with Node.js, the company's, and the certificate, for clients that want all. */
  readonly bundlePath: string;
  /** What clients add to their roots: the certificate or, where the company has roots of its own, the bundle. */
  readonly additionsPath: string;
}
