import { expect, test } from 'vitest';
import { auditFilters, auditPath, auditQueryOf, isEmpty } from './audit-query.ts';

test('the address of a page says what it shows, and is read back as it was written', () => {
  const query = auditQueryOf({
    search: ' a&b ',
    action: 'cluster.*',
    outcome: 'DENIED',
    from: '2026-01-31',
    actor: 'u-1',
  });
  const path = auditPath(query, 'token');
  expect(path).toBe(
    '/audit?search=a%26b&action=cluster.*&outcome=DENIED&from=2026-01-31&actor=u-1&page=token',
  );
  expect(auditQueryOf(Object.fromEntries(new URL(path, 'http://console').searchParams))).toEqual(query);
});

test('what an address cannot mean is left out', () => {
  const query = auditQueryOf({ outcome: 'MAYBE', from: 'yesterday', to: '2026-13-45', search: ['', 'two'] });
  expect(isEmpty(query)).toBe(true);
  expect(auditPath(query)).toBe('/audit');
  expect(auditFilters(query)).toEqual({});
});

test('a last day is shown whole', () => {
  const query = auditQueryOf({ from: '2026-02-28', to: '2026-02-28' });
  expect(auditFilters(query)).toEqual({
    start_time: '2026-02-28T00:00:00.000Z',
    end_time: '2026-03-01T00:00:00.000Z',
  });
});
