/** What is taken out of what is recorded, each by a rule that can be switched off by its name. */
export const redactionNames = [
  'account-ids',
  'secret-names',
  'secret-fields',
  'access-keys',
  'jwts',
  'private-keys',
  'url-passwords',
  'authorizations',
  'signed-urls',
  'hook-urls',
  'tokens',
] as const;

export type RedactionName = (typeof redactionNames)[number];
