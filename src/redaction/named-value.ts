/** `{ "name": "DB_PASS", "value": "…" }`, as tags and variables are written that are no map. */
const NAME_FIELDS = new Set(['name', 'Name', 'key', 'Key']);
const VALUE_FIELDS = new Set(['value', 'Value']);

/** Whether the field tells the name of what is beside it. */
export function isNameField(name: string): boolean {
  return NAME_FIELDS.has(name);
}

/** Whether the field tells the value of what is named beside it. */
export function isValueField(name: string): boolean {
  return VALUE_FIELDS.has(name);
}
