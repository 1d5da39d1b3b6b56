import type { Json } from './stages.ts';
import type { Fields } from './store.ts';

/** One of `patchOperations`. */
export interface PatchOperation {
  readonly op: string;
  readonly path: string;
  readonly value?: string;
}

/** The settings of a stage's method by what a patch calls them. */
const METHOD_SETTINGS: Readonly<Record<string, string>> = {
  'logging/loglevel': 'loggingLevel',
  'logging/dataTrace': 'dataTraceEnabled',
  'metrics/enabled': 'metricsEnabled',
  'throttling/burstLimit': 'throttlingBurstLimit',
  'throttling/rateLimit': 'throttlingRateLimit',
  'caching/enabled': 'cachingEnabled',
};

/** What a resource is after the operations; values are texts in a patch, whatever they stand for. */
export function patched(fields: Fields, operations: readonly PatchOperation[]): Fields {
  const result = structuredClone(fields);
  for (const { op, path, value } of operations) {
    const names = path
      .split('/')
      .slice(1)
      .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
    const [resource = '', method = '', ...setting] = names;
    const settings = result.methodSettings as Fields | undefined;
    if (settings !== undefined && names.length >= 2 && /^\/(?:\*|~1)/.test(path)) {
      const of = `${resource}/${method}`;
      if (op === 'remove') delete settings[of];
      else put(within(settings, of), METHOD_SETTINGS[setting.join('/')] ?? setting.join('/'), value);
    } else change(result, names, op, value);
  }
  return result;
}

function change(of: Fields, [name = '', ...deeper]: readonly string[], op: string, value?: string): void {
  const present = of[name];
  if (Array.isArray(present)) {
    const element = deeper[0] ?? value ?? '';
    // A stage in a usage plan is written as API:STAGE.
    const [apiId, stage] = element.split(':');
    const made: Json = name === 'apiStages' ? { apiId: apiId ?? '', stage: stage ?? '' } : element;
    const others = present.filter((each) => JSON.stringify(each) !== JSON.stringify(made));
    of[name] = op === 'remove' ? others : [...others, made];
  } else if (deeper.length > 0) change(within(of, name), deeper, op, value);
  else if (op === 'remove') delete of[name];
  else put(of, name, value);
}

/** The object that a member is; made when there is none. */
function within(of: Fields, name: string): Fields {
  const present = of[name];
  if (typeof present === 'object' && present !== null) return present as Fields;
  const made: Fields = {};
  of[name] = made;
  return made;
}

function put(of: Fields, name: string, value = ''): void {
  const isNumber = typeof of[name] === 'number' || /Limit$|Seconds$|Millis$|^percentTraffic$/.test(name);
  of[name] = isNumber ? Number(value) : /Enabled$|^enabled$/.test(name) ? value === 'true' : value;
}
