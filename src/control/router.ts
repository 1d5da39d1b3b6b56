import { addRoute, createRouter, findRoute } from 'rou3';
import { decodePercent } from '../aws/apigateway/target.ts';
import { CallError, listNames } from '../errors.ts';
import { suggestNames } from '../known-names.ts';
import { withoutSecrets } from '../secrets.ts';

/** One thing that control can be asked to do. */
export interface Route<T> {
  readonly method: string;
  /** Beneath the prefix; `:name` stands for one segment. */
  readonly path: string;
  readonly act: T;
}

/** A route that was found, and the decoded segments that its path names. */
export interface Match<T> {
  readonly act: T;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Finds what to do by method and path. */
export class Router<T> {
  readonly #prefix: string;
  readonly #routes: readonly Route<T>[];
  readonly #router = createRouter<Route<T>>();

  constructor(prefix: string, routes: readonly Route<T>[]) {
    this.#prefix = prefix;
    this.#routes = routes;
    for (const route of routes) addRoute(this.#router, route.method, route.path, route);
  }

  /** @throws {@link CallError} that names the known paths or methods. */
  find(method: string, path: string): Match<T> {
    // Whoever sends it wants to know what a GET would get; the server leaves the body out.
    const found = findRoute(this.#router, method === 'HEAD' ? 'GET' : method, path);
    if (found !== undefined) return { act: found.data.act, parameters: decode(found.params ?? {}) };
    const methods = this.#routes
      .filter((route) => findRoute(this.#router, route.method, path)?.data === route)
      .map((route) => route.method);
    if (methods.length > 0) {
      throw new CallError(
        'ControlMethodNotAllowedException',
        `Cannot ${method} '${this.#prefix}${withoutSecrets(path)}': it has no such method. Known are ${listNames(methods)}.`,
      );
    }
    const known = this.#routes.map((route) => this.#prefix + route.path.replace(/:\w+/g, 'NAME'));
    throw new CallError(
      'ControlNotFoundException',
      `Cannot find '${this.#prefix}${withoutSecrets(path)}': there is no such path. ${suggestNames(this.#prefix + path, [...new Set(known)])}.`,
    );
  }
}

function decode(parameters: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    // What is not percent-encoded text names nothing, and is not found as it stands.
    Object.entries(parameters).map(([name, value]) => [name, decodePercent(value) ?? value]),
  );
}
