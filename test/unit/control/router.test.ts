import { describe, expect, it } from 'vitest';
import { Router } from '../../../src/control/router.ts';
import { CallError } from '../../../src/errors.ts';

const router = new Router('/__restage', [
  { method: 'GET', path: '/calls', act: 'list calls' },
  { method: 'DELETE', path: '/calls', act: 'clear calls' },
  { method: 'GET', path: '/faults/:name', act: 'show a fault' },
]);

function refusalOf(method: string, path: string): CallError {
  try {
    router.find(method, path);
  } catch (error) {
    if (error instanceof CallError) return error;
    throw error;
  }
  throw new Error('it was found');
}

describe('the router', () => {
  it.each([
    ['GET', '/calls', 'list calls', {}],
    ['DELETE', '/calls', 'clear calls', {}],
    ['HEAD', '/calls', 'list calls', {}],
    ['HEAD', '/faults/a', 'show a fault', { name: 'a' }],
    ['GET', '/faults/a', 'show a fault', { name: 'a' }],
    ['GET', '/faults/throttle%2Cfirst%3D2%2F', 'show a fault', { name: 'throttle,first=2/' }],
    ['GET', '/faults/%ff', 'show a fault', { name: '%ff' }],
    ['GET', '/faults/__proto__', 'show a fault', { name: '__proto__' }],
  ])('finds what to do for %s %s', (method, path, act, parameters) => {
    expect(router.find(method, path)).toEqual({ act, parameters });
  });

  it.each([
    '',
    '/',
    '/nope',
    '/calls/x',
    '/faults',
    '/faults/a/b',
    '/constructor',
    '/__proto__',
    '//calls',
    '/CALLS',
  ])('has nothing at %j, and tells what there is', (path) => {
    const { type, message } = refusalOf('GET', path);
    expect(type).toBe('ControlNotFoundException');
    expect(message).toContain('Known are /__restage/calls, /__restage/faults/NAME.');
  });

  it.each(['POST', 'constructor', 'get', ''])(
    'refuses the method %j, and tells what can be done',
    (method) => {
      const { type, message } = refusalOf(method, '/calls');
      expect(type).toBe('ControlMethodNotAllowedException');
      expect(message).toContain('Known are GET, DELETE.');
    },
  );
});
