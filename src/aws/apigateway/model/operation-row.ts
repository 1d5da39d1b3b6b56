/**
 * What the service's model says of one operation, as data.
 *
 * Paths of members are by their wire names and dotted: `[]` is each element of a list, `*` each value of a map.
 * `item[].createdDate` is the date of each listed thing.
 */
export interface OperationRow {
  /** `GetResources`; those of the second version of the API are `v2.GetApis`: both have a GetStages. */
  readonly name: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** With its parameters by their wire names: `/restapis/{restapi_id}/resources`. */
  readonly path: string;
  /** A pair of the query that is part of the operation's name: `mode=import`. */
  readonly fixedQuery?: string;
  /** A `test` changes nothing of the configuration, but it calls a backend. */
  readonly access: 'read' | 'write' | 'test';
  /** The query parameters that the model names. */
  readonly query?: readonly string[];
  /** Those of them that may be given several times. */
  readonly repeated?: readonly string[];
  /** Those that are worked out from today's date: another day's recording answers where this day has none. */
  readonly dated?: readonly string[];
  /** Query parameters of any other name belong to the call too. */
  readonly anyQuery?: true;
  /** The header `Accept` is a parameter of the operation's own, and no choice of a representation. */
  readonly accept?: true;
  /** What a success answers. */
  readonly shape: 'item' | 'collection' | 'file' | 'empty';
  /** The member that holds the elements of a collection. */
  readonly list?: string;
  /** The member of the answer that holds the token of the next page. */
  readonly token?: string;
  /** Dates in the answer. */
  readonly dates?: readonly string[];
  /** Lists in the answer: what HAL writes without brackets when there is one element. */
  readonly lists?: readonly string[];
  /** Maps in the answer: their values may be null, which the service leaves out elsewhere. */
  readonly maps?: readonly string[];
  /** Values in the answer that are never stored. */
  readonly secrets?: readonly string[];
  /** Values in the request's body that are never stored. */
  readonly sentSecrets?: readonly string[];
  /** The same, as the paths of the body's `patchOperations`: `/certificatePrivateKey`. */
  readonly patchedSecrets?: readonly string[];
  /** The same, as columns of a body that is CSV; the service does not tell their case. */
  readonly secretColumns?: readonly string[];
  /** Maps of parameter mappings in the answer: a value in single quotes is static, and may be a password. */
  readonly statics?: readonly string[];
  /** The same in the request's body. */
  readonly sentStatics?: readonly string[];
  /** The same, as beginnings of the paths of the body's `patchOperations`: `/requestParameters/`. */
  readonly patchedStatics?: readonly string[];
}
