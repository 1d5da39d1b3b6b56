import type { Answer } from './answer.ts';
import { keyOf } from './kinds.ts';
import { type Operation, restApi } from './operation.ts';
import type { Fields } from './store.ts';
import { answerOf, halPage, isoDates, viewOf } from './views.ts';

/** A page of a collection: as many as were asked for, after the one that the token names. */
export function page({ call, state, place, query, segments, isPlain }: Operation): Answer {
  const isV2 = segments[0] === 'v2';
  const [limitName, tokenName] = isV2 ? ['maxResults', 'nextToken'] : ['limit', 'position'];
  const restApis = [...state.apis.keys()].map((id): [string, Fields] => [id, restApi(state, id) ?? {}]);
  const all = place.key === '/restapis' ? restApis : state.plane.in(place.key);
  // A token is the last id of the page before it.
  const after = Buffer.from(query.get(tokenName) ?? '', 'base64')
    .toString()
    .replace(/^id=S/, '');
  const start = all.findIndex(([id]) => id === after) + 1;
  const chosen = all.slice(start, start + Number(query.get(limitName) ?? (isV2 ? 100 : 25)));
  const last = chosen.at(-1)?.[0];
  const token = last === undefined || last === all.at(-1)?.[0] ? undefined : tokenOf(last);
  const hrefs = chosen.map(([id]) => `${place.key}${keyOf([id])}`);
  const items = chosen.map(([, fields], i) => viewOf(state.plane, hrefs[i] ?? '', fields, query));
  if (isPlain) {
    const list = items.map((item) => (isV2 ? isoDates(item) : item));
    const more = token === undefined ? {} : { [tokenName]: token };
    return answerOf({ [isV2 ? 'items' : 'item']: list, ...more }, '', true);
  }
  const next = new URLSearchParams([...query].filter(([name]) => name !== tokenName));
  next.set(tokenName, token ?? '');
  return halPage(items, hrefs, call.target, token && `${place.key}?${next}`);
}

function tokenOf(id: string): string {
  return Buffer.from(`id=S${id}`).toString('base64');
}
