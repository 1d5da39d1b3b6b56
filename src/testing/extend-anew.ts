type Fixtures = Readonly<Record<string, unknown>>;

/** vitest's `test`, as far as it matters here. */
interface Extendable {
  extend(fixtures: Fixtures): Extendable;
}

/**
 * Extends vitest's `test` before 4.1. There a fixture keeps the dependencies that it was made with, and what `extend` sets
 * later would be lost to it: so all are made anew then, the setting first.
 * @param base is not extended yet: what is, `extend` would change
 * @param setting the fixture that may be set later, with its first value
 * @param fixtures those that depend on it
 */
export function extendAnew(
  base: Extendable,
  setting: Fixtures,
  ...fixtures: readonly Fixtures[]
): Extendable {
  const made = [setting, ...fixtures].reduce<Extendable>((test, more) => test.extend(more), base);
  const extend = (more: Fixtures): Extendable => {
    const [set, others] = partition(more, (name) => name in setting);
    return extendAnew(base, { ...setting, ...set }, ...fixtures, others);
  };
  return Object.assign(made, { extend });
}

function partition(all: Fixtures, belongs: (name: string) => boolean): [Fixtures, Fixtures] {
  const entries = Object.entries(all);
  return [
    Object.fromEntries(entries.filter(([name]) => belongs(name))),
    Object.fromEntries(entries.filter(([name]) => !belongs(name))),
  ];
}
