import { expect, test } from 'vitest';
import { openFilesMax } from '../limits.ts';
import { descriptorLimit, openFilesWithin } from './descriptors.ts';

test('knows a limit of this process that it can live with', () => {
  expect(descriptorLimit()).toBeGreaterThan(200);
});

test('files never hold more than half of what the process may have, and always a few', () => {
  expect(openFilesWithin(1_024)).toBe(384);
  expect(openFilesWithin(300)).toBe(32);
  expect(openFilesWithin(1_048_576)).toBe(openFilesMax);
  expect(openFilesWithin(Number.MAX_SAFE_INTEGER)).toBe(openFilesMax);
});
