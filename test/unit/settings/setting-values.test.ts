import { expectTypeOf, it } from 'vitest';
import type { SettingTypes } from '../../../src/settings/setting-readers.ts';
import type { SettingValues } from '../../../src/settings/setting-values.ts';

type OneOrMany<T> = T | readonly T[];
/** What is given may be text for a number, a yes or no, a URL or a key; what can be given again may be given alone. */
type Given<T> = T extends readonly (infer Item)[] ? OneOrMany<Text<Item>> : Text<T>;
type Text<T> = T extends number | boolean
  ? T | string
  : T extends string
    ? T
    : T extends URL | { accessKeyId: string }
      ? string
      : T;

it('the options that a program may give are those that are understood', () => {
  expectTypeOf<keyof SettingValues>().toEqualTypeOf<keyof SettingTypes>();
  expectTypeOf<{
    [Name in keyof SettingTypes]: SettingTypes[Name] extends boolean
      ? boolean | string
      : Given<SettingTypes[Name]>;
  }>().toExtend<Required<SettingValues>>();
});
