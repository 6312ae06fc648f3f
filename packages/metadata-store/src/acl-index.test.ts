import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AclIndex } from './acl-index.ts';
import type { AclBinding } from './model.ts';

const binding = (part: Partial<AclBinding>): AclBinding => ({
  clusterId: 'lkc-a',
  principal: 'User:one',
  resourceType: 'TOPIC',
  patternType: 'LITERAL',
  resourceName: '*',
  operation: 'READ',
  permission: 'ALLOW',
  host: '*',
  ...part,
});

const arbitraryBinding = fc
  .record({
    principal: fc.constantFrom('User:one', 'User:two', 'User:*'),
    resourceType: fc.constantFrom('TOPIC' as const, 'GROUP' as const),
    patternType: fc.constantFrom('LITERAL' as const, 'PREFIXED' as const),
    resourceName: fc.constantFrom('*', 'a', 'ab', 'abc', 'b'),
    operation: fc.constantFrom('ALL' as const, 'READ' as const, 'WRITE' as const, 'DESCRIBE' as const),
    permission: fc.constantFrom('ALLOW' as const, 'DENY' as const),
    host: fc.constantFrom('*', '192.0.2.1'),
  })
  .map(binding);

const question = fc.record({
  principal: fc.constantFrom('User:one', 'User:two', 'User:three'),
  host: fc.constantFrom('192.0.2.1', '192.0.2.2'),
  operation: fc.constantFrom('READ' as const, 'WRITE' as const, 'DESCRIBE' as const),
  type: fc.constantFrom('TOPIC' as const, 'GROUP' as const),
  name: fc.constantFrom('a', 'ab', 'abcd', 'b', 'c', ''),
});

/** The rule as Kafka states it, over every binding one after the other. */
function stated(
  bindings: readonly AclBinding[],
  asked: typeof question extends fc.Arbitrary<infer T> ? T : never,
) {
  const matching = bindings.filter(
    ({ principal, resourceType, patternType, resourceName, host }) =>
      (principal === asked.principal || principal === 'User:*') &&
      resourceType === asked.type &&
      (host === '*' || host === asked.host) &&
      (patternType === 'PREFIXED'
        ? asked.name.startsWith(resourceName)
        : resourceName === '*' || resourceName === asked.name),
  );
  const isDenied = matching.some(
    ({ permission, operation }) =>
      permission === 'DENY' && (operation === 'ALL' || operation === asked.operation),
  );
  const isAllowed = matching.some(
    ({ permission, operation }) =>
      permission === 'ALLOW' &&
      (operation === 'ALL' ||
        operation === asked.operation ||
        (asked.operation === 'DESCRIBE' && ['READ', 'WRITE'].includes(operation))),
  );
  return isAllowed && !isDenied;
}

test('answers as the rule of KIP-11 and KIP-290 over every binding would', () => {
  fc.assert(
    fc.property(fc.array(arbitraryBinding, { maxLength: 8 }), question, (bindings, asked) => {
      const { principal, host, operation, type, name } = asked;
      expect(new AclIndex(bindings).allows(principal, host, operation, type, name)).toBe(
        stated(bindings, asked),
      );
    }),
    { numRuns: 2_000 },
  );
});

test('what is allowed on any resource is found, and a DENY that covers it takes it away', () => {
  const write = binding({ operation: 'WRITE', resourceName: 'a' });
  expect(new AclIndex([write]).allowsOnAny('User:one', 'h', 'WRITE', 'TOPIC')).toBe(true);
  expect(new AclIndex([write]).allowsOnAny('User:two', 'h', 'WRITE', 'TOPIC')).toBe(false);
  const deny = binding({ operation: 'WRITE', permission: 'DENY' });
  expect(new AclIndex([write, deny]).allowsOnAny('User:one', 'h', 'WRITE', 'TOPIC')).toBe(false);
});

test('ten thousand bindings cost a question no more than the few that name it', () => {
  const bindings = Array.from({ length: 10_000 }, (_, at) =>
    binding({ resourceName: `t-${at}`, operation: 'WRITE' }),
  );
  const denied = binding({ operation: 'WRITE', permission: 'DENY' });
  const index = new AclIndex([...bindings, denied]);
  const began = performance.now();
  for (let at = 0; at < 10_000; at += 1) index.allows('User:one', 'h', 'WRITE', 'TOPIC', `t-${at}`);
  index.allowsOnAny('User:one', 'h', 'WRITE', 'TOPIC');
  // Over every binding each time this took seconds.
  expect(performance.now() - began).toBeLessThan(500);
});
