import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import type { SecretLintRuleContext, SecretLintSourceCode } from '@secretlint/types';
import type { Finding } from './finding.ts';

/**
 * The rules that others keep up to date for the tokens of many services. They are run without secretlint's core, which
 * leaves some fifty marks on Node.js's timeline for each text, and never takes them away.
 */
const PREFIX = '@secretlint/secretlint-rule-';
/** Rules that are not asked. */
const NOT_ASKED = new Set([
  // A text could switch all others off.
  'filter-comments',
  // Read files.
  'gcp',
  // Looks a thousand characters ahead from everywhere; the patterns know those tokens too.
  'github',
  // Take the whole URL, and leave weak passwords; url-passwords takes each password, and no more.
  'basicauth',
  'database-connection-string',
]);

interface KeptRule {
  readonly kind: string;
  readonly run: (text: string) => void;
}

/** Where the rules report to: they run one at a time, and are done when they return. */
let report: (start: number, end: number) => void = () => {};
const context: SecretLintRuleContext = {
  sharedOptions: {},
  createTranslator: () => (messageId) => ({
    message: String(messageId),
    messageId: String(messageId),
    data: undefined,
  }),
  report: ({ range: [start, end] }) => report(start, end),
  ignore: () => {},
};
const keptRules: readonly KeptRule[] = rules.flatMap((rule) => {
  const kind = rule.meta.id.replace(PREFIX, '');
  if (NOT_ASKED.has(kind)) return [];
  const { file } = rule.create(context, {});
  return [{ kind, run: (text) => void file?.(sourceOf(text)) }];
});

/** What the rules look for is longer, and holds a run of letters that is: nothing else is given to them. */
const RUN = /[\w=+/-]{16}/;

/** Finds what the kept rules know. */
export function findByKeptRules(text: string): Finding[] {
  const findings: Finding[] = [];
  if (!RUN.test(text)) return findings;
  for (const { kind, run } of keptRules) {
    report = (start, end) => findings.push({ rule: 'tokens', kind, start, end });
    run(text);
  }
  return findings;
}

/** A text as the rules know it, without a file. */
function sourceOf(content: string): SecretLintSourceCode {
  const refuse = () => {
    throw new Error('a text has no lines');
  };
  return {
    hasBOM: false,
    content,
    filePath: undefined,
    physicalFilePath: undefined,
    contentType: 'text',
    ext: '',
    getFilePath: () => undefined,
    getPhysicalFilePath: () => undefined,
    locationToRange: refuse,
    rangeToLocation: refuse,
    positionToIndex: refuse,
    indexToPosition: refuse,
  };
}
