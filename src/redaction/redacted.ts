/** What stands in the place of what was taken out. */
export const REDACTED = 'REDACTED';
