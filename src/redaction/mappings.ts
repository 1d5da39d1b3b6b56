import type { JsonObject } from '../json.ts';

/**
 * What an integration sends, as the name of a mapping: of a REST API, or of an HTTP API.
 * [API Gateway developer guide: "Request and response data mappings", "Transform API requests and responses"]
 */
const HEADER = /^(?:integration\.request\.(?:multivalue)?header\.|(?:append|overwrite):header\.)(.+)$/i;
/** A fixed value: in single quotes for a REST API, without a reference for an HTTP API. */
const FIXED = /^'.*'$/s;
const REFERENCE = /\$(?:request|response|context|stageVariables)\b|\$\{/;
/** What tells how something is sent, and to no one who one is. */
const HARMLESS_HEADERS =
  /^(?:accept(?:-.*)?|access-control-.*|cache-control|content-.*|host|origin|referer|user-agent|vary|x-amz-(?:invocation-type|log-type|target)|x-forwarded-.*|x-requested-with)$/i;

/** Whether a parameter mapping has an integration send a fixed value along that may be a secret: most headers are such. */
export function isSecretMapping(name: string, value: string): boolean {
  const header = HEADER.exec(name)?.[1];
  if (header === undefined || HARMLESS_HEADERS.test(header)) return false;
  return name.includes(':') ? !REFERENCE.test(value) : FIXED.test(value);
}

/** What a patch operation sets: the last segment of its path. */
export function patchedName({ op, path }: JsonObject): string | undefined {
  if (typeof op !== 'string' || typeof path !== 'string') return undefined;
  return path
    .slice(path.lastIndexOf('/') + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
}
