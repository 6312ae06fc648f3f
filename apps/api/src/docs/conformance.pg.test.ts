import type { OperationShape } from '@weir/contracts/operation';
import { operations } from '@weir/contracts/operations';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Expected } from '../testing/access-expectation.ts';
import { pathOf } from '../testing/access-requests.ts';
import { type AccessScene, type Ids, nobodys, startAccessScene } from '../testing/access-scene.ts';
import type { Answer } from '../testing/api-client.ts';
import { SchemaValues } from '../testing/arbitrary-of-schema.ts';
import { expectedAccess } from '../testing/expected-access.ts';

// Every operation against what the served document says of it: by the request that is known to be right, and by
// requests that are generated from the document. An operation is in it by being in the contracts.

const generatedRequests = 6;
/** The same requests in each run. */
const seed = 20_261_122;

interface Described {
  readonly parameters: readonly {
    readonly name: string;
    readonly in: 'path' | 'query' | 'header';
    readonly required: boolean;
    readonly schema: unknown;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

let scene: AccessScene;
let document: { readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>> };
let values: SchemaValues;
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);

beforeAll(async () => {
  scene = await startAccessScene(['OrganizationAdmin']);
  const served = await scene.api.anonymous.send('GET', '/openapi.json');
  // What is wrong with it shows in what is looked up in it.
  document = served.body as typeof document;
  ajv.addSchema({ ...document, $id: 'https://weir.example/openapi.json' });
  values = new SchemaValues(document, [
    ...Object.values(scene.own),
    ...Object.values(scene.another),
    'orders',
  ]);
}, 120_000);
afterAll(() => scene.stop());
beforeEach(async () => {
  // Else it is the count of requests that answers.
  const { redis } = scene.api.platform;
  const keys = await redis.keys('weir:rate:*');
  if (keys.length > 0) await redis.del(keys);
});

const describedAs = ({ method, path }: OperationShape): Described => {
  const found = document.paths[path]?.[method.toLowerCase()];
  if (!found) throw new Error(`the document does not have ${method} ${path}`);
  return found;
};

const pointer = (...parts: readonly string[]) =>
  parts.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');

const validator = (operation: OperationShape, status: string, type: string): ValidateFunction => {
  const at = pointer('paths', operation.path, operation.method.toLowerCase(), 'responses', status);
  const ref = `https://weir.example/openapi.json#/${at}/content/${pointer(type)}/schema`;
  return ajv.getSchema(ref) ?? ajv.compile({ $ref: ref });
};

/** What of the answer is not as the document says; null: nothing. */
const contradiction = (operation: OperationShape, { body, headers, status, text }: Answer): string | null => {
  const { responses } = describedAs(operation);
  const isDone = status === operation.status || (status === 200 && operation.dryRunResponse !== undefined);
  if (!isDone && status < 400) return `the document has no status ${status}`;
  const response = isDone ? responses[status] : responses.default;
  if (response === undefined) return `the document has nothing of ${status}`;
  const [type] = Object.keys(response.content ?? {});
  if (type === undefined) return text === '' ? null : `there is a body, of which it says nothing: ${text}`;
  if (!(headers.get('content-type') ?? '').startsWith(type)) return `it is no ${type}`;
  const validate = validator(operation, isDone ? String(status) : 'default', type);
  const lines = text.split('\n').filter((line) => line !== '');
  const parts: readonly unknown[] =
    type === 'application/x-ndjson'
      ? lines.map((line) => JSON.parse(line))
      : [type === 'application/json' || type.endsWith('+json') ? body : text];
  const wrong = parts.find((part) => !validate(part));
  return wrong === undefined ? null : `${ajv.errorsText(validate.errors)} in ${JSON.stringify(wrong)}`;
};

const admin = () => scene.holder('OrganizationAdmin');

const send = (operation: OperationShape, path: string, query: URLSearchParams, body: unknown) =>
  admin().client.send(operation.method, query.size === 0 ? path : `${path}?${query}`, body);

const cells = operations.map((operation) => [operation.id, operation] as const);

const expectedOf = (operation: OperationShape): Expected => {
  const expected = expectedAccess[operation.id];
  if (!expected) throw new Error(`expected-access.ts does not have ${operation.id}`);
  return expected;
};

/** The request of the table of who may what, which is right in everything but where that says otherwise. */
const sendKnown = async (operation: OperationShape): Promise<{ answer: Answer; status: number }> => {
  const expected = expectedOf(operation);
  const ids: Ids = scene.own;
  if ('plain' in expected) {
    const text = JSON.stringify(expected.body)?.replace('RANDOM', crypto.randomUUID());
    const body: unknown = text === undefined ? undefined : JSON.parse(text);
    const query = new URLSearchParams(expected.query);
    const status = expected.okStatus ?? operation.status;
    return { answer: await send(operation, operation.path, query, body), status };
  }
  if ('lists' in expected) {
    const query = new URLSearchParams(expected.query?.(ids));
    return { answer: await send(operation, operation.path, query, undefined), status: operation.status };
  }
  const taken = ['deleteUser', 'deleteInvitation', 'deleteServiceAccount', 'deleteSession', 'deletePasskey'];
  const personal = expected.about === 'session' || expected.about === 'passkey';
  const isFresh = personal || taken.includes(operation.id);
  const id = isFresh ? await scene.fresh(expected.about, ids, admin()) : ids[expected.about];
  const query = typeof expected.query === 'function' ? expected.query(ids) : expected.query;
  const path = pathOf(operation, id, ids);
  const answer = await send(operation, path, new URLSearchParams(query), expected.body?.(ids));
  return { answer, status: expected.okStatus ?? operation.status };
};

it.each(cells)('what is known to be right is answered as the document says: %s', async (_, operation) => {
  const { answer, status } = await sendKnown(operation);
  expect([answer.status, answer.text.slice(0, 300)]).toEqual([status, expect.any(String)]);
  expect(contradiction(operation, answer)).toBeNull();
});

/** Nothing that other requests are about is to go, so what removes is asked of what there is not. */
const idsFor = (operation: OperationShape): Ids =>
  operation.method !== 'DELETE'
    ? scene.own
    : {
        ...scene.own,
        cluster: nobodys(scene.own.cluster),
        topic: 'orders0absent',
        'consumer-group': 'orders0absent',
      };

const requestsOf = (operation: OperationShape) => {
  const { parameters, requestBody } = describedAs(operation);
  const query = parameters.filter((each) => each.in === 'query');
  const asked = fc.record(Object.fromEntries(query.map(({ name, schema }) => [name, values.of(schema)])), {
    requiredKeys: query.filter(({ required }) => required).map(({ name }) => name),
  });
  const schema = requestBody?.content['application/json']?.schema;
  const body = schema === undefined ? fc.constant(undefined) : values.of(schema);
  return fc.sample(fc.record({ asked, body }), { numRuns: generatedRequests, seed });
};

const textsOf = (value: unknown): readonly string[] => [value].flat().map(String);

it.each(cells)(
  'what the document allows is answered as it says, and never by a failure: %s',
  { timeout: 60_000 },
  async (_, operation) => {
    const expected = expectedOf(operation);
    const ids = idsFor(operation);
    const own = 'about' in expected ? ids[expected.about] : '';
    const id = operation.method === 'DELETE' ? nobodys(own) : own;
    const hasDryRun = describedAs(operation).parameters.some(({ name }) => name === 'dry_run');
    const check = async ({ asked, body }: ReturnType<typeof requestsOf>[number]) => {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(asked)) {
        for (const text of textsOf(value)) query.append(name, text.toWellFormed());
      }
      if (hasDryRun) query.set('dry_run', 'true');
      const answer = await send(operation, pathOf(operation, id, ids), query, body);
      const told = `${operation.method} ?${query} ${JSON.stringify(body)} → ${answer.status} ${answer.text}`;
      expect(answer.status, told).toBeLessThan(500);
      expect(contradiction(operation, answer), told).toBeNull();
    };
    await Promise.all(requestsOf(operation).map(check));
  },
);
