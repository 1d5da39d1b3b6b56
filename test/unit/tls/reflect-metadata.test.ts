import { expect, onTestFinished, test } from 'vitest';
import { withReflectMetadata } from '../../../src/tls/reflect-metadata.ts';

const reflect = Reflect as { getMetadata?: unknown; getOwnMetadata?: unknown };

test('stands in for the polyfill while a library loads, and not longer', () => {
  expect(withReflectMetadata(() => typeof reflect.getMetadata)).toBe('function');
  expect(Object.keys(reflect)).not.toContain('getMetadata');
  expect(reflect).not.toHaveProperty('getOwnMetadata');
});

test('goes when the library does not load', () => {
  expect(() =>
    withReflectMetadata(() => {
      throw new Error('no such library');
    }),
  ).toThrow('no such library');
  expect(reflect).not.toHaveProperty('getMetadata');
});

test("leaves a program's own polyfill alone", () => {
  const own = () => 'own';
  reflect.getMetadata = own;
  onTestFinished(() => void delete reflect.getMetadata);
  expect(withReflectMetadata(() => reflect.getMetadata)).toBe(own);
  expect(reflect.getMetadata).toBe(own);
});
