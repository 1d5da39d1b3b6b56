/** What a container for dependency injection looks for on the global `Reflect`: the polyfill `reflect-metadata`. */
interface MetadataReflect {
  getMetadata?: () => undefined;
  getOwnMetadata?: () => undefined;
}

/**
 * Loads a library that asks for the polyfill `reflect-metadata` when it is loaded, and finds nothing in it.
 *
 * Such a library is refused without the polyfill, though it has no metadata to look up. A global of every program
 * that uses restage is not to be changed for that: so an empty one stands there while the library loads.
 * @param load loads it at once, not asynchronously: nothing else may run meanwhile.
 */
export function withReflectMetadata<T>(load: () => T): T {
  const reflect = Reflect as MetadataReflect;
  if (reflect.getMetadata !== undefined) return load();
  reflect.getMetadata = () => undefined;
  reflect.getOwnMetadata = () => undefined;
  try {
    return load();
  } finally {
    delete reflect.getMetadata;
    delete reflect.getOwnMetadata;
  }
}
