import { EXAMPLE_ACCOUNT_ID } from '../aws/apigateway/service-error.ts';
import { redactionBounds } from '../bounds.ts';

/** The id of the documentation, as the console writes ids. */
const EXAMPLE_WITH_DASHES = EXAMPLE_ACCOUNT_ID.replace(/(\d{4})(?=\d)/g, '$1-');
/** Twelve digits that are no part of a longer number. A percent-encoded character before them is none. */
const TWELVE = String.raw`(?:(?<!\d)|(?<=%[0-9a-f]{2}))`;
const IDS = new RegExp(String.raw`${TWELVE}\d{12}(?!\d)`, 'gi');
const IDS_IN_ANY_FORM = new RegExp(
  String.raw`${TWELVE}(?:\d{12}|\d{4}-\d{4}-\d{4})(?![\d-])|${TWELVE}\d{12}(?!\d)`,
  'gi',
);

/** Most texts hold none. */
const SCREEN = /\d{4}-?\d{4}-?\d{4}/;

/** A colon, as it is or percent-encoded up to three times. */
const COLON = '(?::|%(?:25){0,2}3a)';
const PART = String.raw`(?:(?!${COLON})[^\s:]){0,64}`;
const SLASH = String.raw`(?:\\?/|%(?:25){0,2}2f)`;
const AWS_DOMAIN = String.raw`(?:amazonaws\.(?:com(?:\.cn)?|eu)|aws\.amazon\.com|(?:api|on|signin)\.aws|awsapps\.com|aws\.dev)`;
/** What stands before an account id, or behind it. [AWS General Reference: ARNs, endpoints] */
const BEFORE = [
  new RegExp(`arn${COLON}aws[a-z-]{0,20}${COLON}${PART}${COLON}${PART}${COLON}$`, 'i'),
  // `https://sqs.REGION.amazonaws.com/ID/QUEUE`
  new RegExp(String.raw`${AWS_DOMAIN}(?::\d{1,5})?${SLASH}$`, 'i'),
  /account[\s_-]{0,2}(?:id|no|number|#)?["'\\]{0,4}\s?[:=]?\s?\[?\s?["'\\]{0,4}$/i,
  // A principal of a policy, whose text may be escaped once more than JSON needs.
  /["\\]AWS\\{0,3}"\s?:\s?\[?\s?["\\]{1,4}$/,
];
const BEHIND = new RegExp(
  String.raw`^(?:[\w-]{0,63}\.){1,6}${AWS_DOMAIN}(?![\w-])|^[\w-]{0,63}\.s3[\w.-]{0,60}\.${AWS_DOMAIN}`,
  'i',
);
/** `Invalid API identifier specified ID:apiid` */
const IN_MESSAGE = /^:/;
/** Whose value is one. */
const NAME = /account|owner_?id|registry_?id/i;
const LONGEST_BEFORE = 260;
const LONGEST_BEHIND = 260;

/** Notes the account ids that a text shows to be some, by what stands around them. */
export function learnAccountIds(text: string, name: string, ids: Set<string>): void {
  if (text.length < EXAMPLE_ACCOUNT_ID.length || !SCREEN.test(text)) return;
  for (const { 0: id, index } of text.matchAll(IDS)) {
    if (ids.size >= redactionBounds.accountIds || ids.has(id)) continue;
    const end = index + id.length;
    const before = text.slice(Math.max(0, index - LONGEST_BEFORE), index);
    const behind = text.slice(end, end + LONGEST_BEHIND);
    const isOne =
      (text.length === id.length && NAME.test(name)) ||
      (name === 'message' && IN_MESSAGE.test(behind)) ||
      BEHIND.test(behind) ||
      BEFORE.some((pattern) => pattern.test(before));
    if (isOne) ids.add(id);
  }
}

/** The text with the one of the documentation in the place of these account ids. */
export function replaceAccountIds(text: string, ids: ReadonlySet<string>): string {
  if (ids.size === 0 || text.length < EXAMPLE_ACCOUNT_ID.length || !SCREEN.test(text)) return text;
  return text.replace(IDS_IN_ANY_FORM, (found) => {
    if (!ids.has(found.replaceAll('-', ''))) return found;
    return found.includes('-') ? EXAMPLE_WITH_DASHES : EXAMPLE_ACCOUNT_ID;
  });
}
