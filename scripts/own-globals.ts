import type { Plugin } from 'rolldown';

const OWN_REFLECT = '\0own-reflect';
const METADATA = '\0own-metadata';

/** What asks `Reflect` for metadata, or keeps some there. */
const USERS_OF_REFLECT = /[\\/]node_modules[\\/](?:reflect-metadata|tslib|tsyringe)[\\/]/;
/** What puts something of its own on `globalThis`. */
const USERS_OF_GLOBAL_THIS =
  /[\\/]node_modules[\\/](?:zod[\\/]v4[\\/]core[\\/](?:core|registries)\.js|@aws[\\/]lambda-invoke-store[\\/])/;
const HTTP_PROXY = /[\\/]node_modules[\\/]http-proxy[\\/]/;
/** They have lodash in them. */
const SECRETLINT = /[\\/]node_modules[\\/]@secretlint[\\/]/;

/**
 * Keeps libraries from changing what belongs to the program that restage is used in. `reflect-metadata` adds functions to
 * `Reflect` by being loaded: those who ask for them get an object of their own under that name, which has what the global
 * one has besides. zod and AWS's SDK keep on `globalThis` what all copies of them are to share: ours share nothing.
 * `http-proxy` takes a function of Node.js that is deprecated, which Node.js warns of: it gets the one to use instead. lodash
 * asks for an inner part of Node.js, which is deprecated as well, and does without.
 */
export function withOwnGlobals(): Plugin {
  return {
    name: 'own-globals',
    resolveId(source) {
      if (source === OWN_REFLECT) return source;
      return source === 'reflect-metadata' ? METADATA : null;
    },
    load(id) {
      if (id === OWN_REFLECT) return 'export const OwnReflect = Object.create(Reflect);';
      if (id !== METADATA) return null;
      return `import * as metadata from 'reflect-metadata/no-conflict';
import { OwnReflect } from '${OWN_REFLECT}';
Object.assign(OwnReflect, metadata);`;
    },
    transform(code, id) {
      // On the same lines: what maps say of them still holds.
      if (HTTP_PROXY.test(id))
        return { code: code.replaceAll("require('util')._extend", 'Object.assign'), map: null };
      if (SECRETLINT.test(id))
        return { code: code.replaceAll(/freeProcess\.binding\((['"])util\1\)/g, 'undefined'), map: null };
      if (USERS_OF_GLOBAL_THIS.test(id)) {
        const own = 'const ownGlobal = {};';
        return { code: `${own}${code.replaceAll('globalThis', 'ownGlobal')}`, map: null };
      }
      if (!USERS_OF_REFLECT.test(id) || !/\bReflect\b/.test(code)) return null;
      const isModule = /^(?:import|export)\b/m.test(code);
      const reflect = isModule
        ? `import { OwnReflect as Reflect } from '${OWN_REFLECT}';`
        : `const { OwnReflect: Reflect } = require('${OWN_REFLECT}');`;
      return { code: `${reflect}${code}`, map: null };
    },
  };
}
