import { expect, it } from 'vitest';
import { rotationStep } from './rotation-step.ts';

const idle = { isShown: false, isRetired: false };

it('begins with a second secret, and goes on where somebody else has left it', () => {
  expect([undefined, 1, 2].map((live) => rotationStep(live, idle))).toEqual([null, 'create', 'retire']);
});

it('shows the secret until it is stored, whatever the list says meanwhile, and ends once one is retired', () => {
  expect(rotationStep(1, { ...idle, isShown: true })).toBe('store');
  expect(rotationStep(2, { ...idle, isShown: true })).toBe('store');
  expect([1, 2].map((live) => rotationStep(live, { ...idle, isRetired: true }))).toEqual(['done', 'done']);
});
