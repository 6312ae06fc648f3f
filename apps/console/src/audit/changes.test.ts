import { expect, test } from 'vitest';
import { changesOf } from './changes.ts';

test('fields stand side by side, and those that changed are marked', () => {
  expect(changesOf({ name: 'a', size: 1, gone: true }, { name: 'b', size: 1, come: null })).toEqual([
    { field: 'name', before: 'a', after: 'b', isChanged: true },
    { field: 'size', before: '1', after: '1', isChanged: false },
    { field: 'gone', before: 'true', after: '', isChanged: true },
    { field: 'come', before: '', after: 'null', isChanged: true },
  ]);
});

test('of what was made or taken away nothing has changed', () => {
  expect(changesOf(null, { name: 'b' })).toEqual([
    { field: 'name', before: '', after: 'b', isChanged: false },
  ]);
  expect(changesOf(null, null)).toEqual([]);
});
