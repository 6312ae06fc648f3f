import { expect, it } from 'vitest';
import { filterQuery, noFilter } from './key-filter.ts';

const now = Date.parse('2026-01-31T15:30:00Z');

it('asks for all keys without a filter, and by whole days otherwise', () => {
  expect(filterQuery(noFilter, now)).toEqual({});
  expect(filterQuery({ owner: 'sa-1', resource: 'cloud', state: 'unused' }, now)).toEqual({
    'spec.owner': 'sa-1',
    'spec.resource': 'cloud',
    unused_since: '2026-01-01T00:00:00.000Z',
  });
  expect(filterQuery({ ...noFilter, state: 'expiring' }, now)).toEqual({
    expires_before: '2026-03-03T00:00:00.000Z',
  });
});
