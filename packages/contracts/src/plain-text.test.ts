import { describe, expect, it } from 'vitest';
import { AclInput } from './acls.ts';
import { displayName } from './envelope.ts';
import { CreateServiceAccountInput } from './iam.ts';
import { ClusterId } from './ids.ts';
import { SignUpInput } from './people.ts';
import { CreateTopicInput } from './topics.ts';

const strange = ['a\0b', 'a\u001bb', 'a\u0085b', 'a\u202eb', 'a\u2066b', 'a\ud800b'];

describe.each(strange)('the text %j', (text) => {
  const person = { name: text, email: 'a@example.com', password: 'correct horse' };
  const acl = { resource_type: 'TOPIC', pattern_type: 'LITERAL', operation: 'READ', permission: 'ALLOW' };

  it('is no name of anything, and a sentence says why', () => {
    expect(displayName.safeParse(text).error?.issues[0]?.message).toMatch(/^Leave out control/);
    for (const parsed of [
      SignUpInput.safeParse(person),
      CreateTopicInput.safeParse({ topic_name: text }),
      CreateServiceAccountInput.safeParse({ display_name: 'a', description: text }),
      AclInput.safeParse({ ...acl, resource_name: text, principal: 'User:sa-1' }),
      AclInput.safeParse({ ...acl, resource_name: 'a', principal: `User:${text}` }),
    ]) {
      expect(parsed.success).toBe(false);
    }
  });
});

it('takes names in any script, and descriptions of several lines', () => {
  for (const name of ['Zoë', '東京', 'عمر', '👩‍💻 team']) expect(displayName.parse(name)).toBe(name);
  const description = 'one\n\ttwo';
  expect(CreateServiceAccountInput.parse({ display_name: 'a', description }).description).toBe(description);
});

it('reads an id that no store can be asked about as one that nothing has', () => {
  expect(ClusterId.parse('lkc-\0')).toBe('lkc-\ufffd');
  expect(ClusterId.parse('lkc-\ud800')).toBe('lkc-\ufffd');
});

it('refuses a config that is given twice', () => {
  const configs = ['1', '2'].map((value) => ({ name: 'retention.ms', value }));
  expect(CreateTopicInput.safeParse({ topic_name: 'a', configs }).error?.issues[0]?.message).toMatch(/once/);
});
