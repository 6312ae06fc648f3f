import type { AclBinding } from '@weir/metadata-store/model';
import { describe, expect, it } from 'vitest';
import { matchesFilter } from './acl-filter.ts';

const binding = (change: Partial<AclBinding> = {}): AclBinding => ({
  clusterId: 'lkc-1',
  principal: 'User:sa-1',
  resourceType: 'TOPIC',
  patternType: 'LITERAL',
  resourceName: 'orders',
  operation: 'READ',
  permission: 'ALLOW',
  host: '*',
  ...change,
});

describe('a filter', () => {
  it('that says nothing matches everything', () => {
    expect(matchesFilter(binding(), {})).toBe(true);
    expect(matchesFilter(binding(), { resource_type: 'ANY', operation: 'ANY', pattern_type: 'ANY' })).toBe(
      true,
    );
  });

  it.each([
    [{ resource_type: 'GROUP' as const }],
    [{ resource_name: 'order' }],
    [{ pattern_type: 'PREFIXED' as const }],
    [{ principal: 'User:sa-2' }],
    [{ host: '10.0.0.1' }],
    [{ operation: 'WRITE' as const }],
    [{ permission: 'DENY' as const }],
  ])('is not met when one thing differs: %j', (filter) => {
    expect(matchesFilter(binding(), filter)).toBe(false);
  });

  it('of pattern MATCH finds all that applies to a name', () => {
    const filter = { pattern_type: 'MATCH' as const, resource_name: 'orders' };
    expect(matchesFilter(binding(), filter)).toBe(true);
    expect(matchesFilter(binding({ resourceName: '*' }), filter)).toBe(true);
    expect(matchesFilter(binding({ patternType: 'PREFIXED', resourceName: 'ord' }), filter)).toBe(true);
    expect(matchesFilter(binding({ patternType: 'PREFIXED', resourceName: 'pay' }), filter)).toBe(false);
    expect(matchesFilter(binding({ resourceName: 'order' }), filter)).toBe(false);
  });
});
