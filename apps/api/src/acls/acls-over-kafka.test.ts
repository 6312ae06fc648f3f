import { AclInput } from '@weir/contracts/acls';
import { aclProblem } from '@weir/metadata-store/rules';
import { expect, it } from 'vitest';

const binding = {
  clusterId: 'lkc-1',
  principal: 'User:sa-1',
  resourceType: 'TOPIC',
  patternType: 'LITERAL',
  resourceName: 'orders',
  operation: 'READ',
  permission: 'ALLOW',
  host: '*',
} as const;

const oddTexts = [
  '',
  '*',
  'x'.repeat(255),
  'x'.repeat(256),
  'a b',
  'a\0b',
  'a\nb',
  'a\u202eb',
  '\ud800',
  'ä',
  '😀',
];

it.each(
  oddTexts.flatMap((text) => [
    { ...binding, resourceName: text },
    { ...binding, host: text },
    { ...binding, principal: `User:${text}` },
    { ...binding, principal: text },
  ]),
)('an ACL that a client may make over Kafka is one that REST takes and shows: %j', (made) => {
  const { clusterId, ...said } = made;
  const isTaken = AclInput.safeParse({
    resource_type: said.resourceType,
    resource_name: said.resourceName,
    pattern_type: said.patternType,
    principal: said.principal,
    host: said.host,
    operation: said.operation,
    permission: said.permission,
  }).success;
  expect([clusterId, aclProblem(made) === null]).toEqual([clusterId, isTaken]);
});
