/** The names, with `#2` and so on for those that are there already: none is given twice, and none that another has of itself. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set(names);
  const seen = new Set<string>();
  const nextOf = new Map<string, number>();
  return names.map((name) => {
    if (!seen.has(name)) {
      seen.add(name);
      return name;
    }
    let number = nextOf.get(name) ?? 2;
    while (taken.has(`${name} #${number}`)) number += 1;
    nextOf.set(name, number + 1);
    const distinct = `${name} #${number}`;
    taken.add(distinct);
    return distinct;
  });
}
