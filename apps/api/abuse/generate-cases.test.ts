import { operations } from '@weir/contracts/operations';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Belongings, casesOf, sampled } from './generate-cases.ts';
import { fieldsOf, jsonSchemaOf, sampleOf } from './schema-fields.ts';

const belongings = (of: string): Belongings => ({
  organizationId: `org-${of}`,
  environmentId: `env-${of}`,
  clusterId: `lkc-${of}`,
  topicName: `topic-${of}`,
  userId: `u-${of}`,
  serviceAccountId: `sa-${of}`,
  apiKeyId: `key-${of}`,
});
const [own, other] = [belongings('own11'), belongings('other')];

describe('every operation', () => {
  it.each(operations.map((operation) => [operation.id, operation] as const))(
    '%s has a case for each of its fields, and each is a request',
    (_, operation) => {
      const cases = [...casesOf(operation)];
      const places = new Set(cases.map(({ what }) => what.split(':')[0]));
      for (const [, name] of operation.path.matchAll(/\{(\w+)\}/g))
        expect(places).toContain(`${name} in the path`);
      const queried = operation.query ? Object.keys(jsonSchemaOf(operation.query).properties ?? {}) : [];
      for (const name of queried) expect(places).toContain(`${name} in the query`);
      const fields = operation.body ? fieldsOf(jsonSchemaOf(operation.body)) : [];
      for (const path of fields) expect(places).toContain(`${path.join('.')} in the body`);
      for (const each of cases) {
        const { method, path, body } = each.request(own, other);
        expect(method).toBe(operation.method);
        expect(path).toMatch(/^\/[\x21-\x7e]*$/);
        expect(body === undefined).toBe(operation.body === undefined);
        expect(body ?? '').not.toContain('@@field@@');
      }
    },
  );

  it('gets a body that its contract takes, before anything strange is put into it', () => {
    for (const { id, body } of operations) {
      if (body === undefined) continue;
      const parsed = body.safeParse(sampleOf(jsonSchemaOf(body)));
      expect(parsed.error?.message, id).toBeUndefined();
    }
  });
});

it('asks of every operation also when only one case of many is tried', () => {
  const ids = new Set([...sampled(operations, 10)].map(({ operation }) => operation.id));
  expect(operations.filter(({ id }) => !ids.has(id)).map(({ id }) => id)).toEqual([]);
});

it('finds the fields of objects in arrays and of each alternative', () => {
  const schema = z.object({
    a: z.array(z.object({ b: z.string() })),
    c: z.union([z.object({ d: z.int() }), z.object({ e: z.boolean() })]),
  });
  const found = fieldsOf(jsonSchemaOf(schema)).map((path) => path.join('.'));
  expect(found).toEqual(['a', 'a.0', 'a.0.b', 'c', 'c.d', 'c.e']);
});

it('leaves a key out, and repeats one, as JSON that is still whole', () => {
  const operation = operations.find(({ id }) => id === 'createTopic');
  if (operation === undefined) throw new Error('there is no such operation');
  const cases = [...casesOf(operation)];
  for (const { what, request } of cases) {
    if (!/body: (missing|its key)/.test(what)) continue;
    expect(() => JSON.parse(request(own, other).body ?? ''), what).not.toThrow();
  }
});
