import type { OperationShape } from '@weir/contracts/operation';
import type { z } from 'zod';
import { fieldsOf, type JsonSchema, jsonSchemaOf, type Path, sampleOf } from './schema-fields.ts';
import { strangeJson, strangeText } from './strange-values.ts';

/** What a person of the abuse owns, by which requests that are almost right are made. */
export interface Belongings {
  readonly organizationId: string;
  readonly environmentId: string;
  readonly clusterId: string;
  readonly topicName: string;
  readonly userId: string;
  readonly serviceAccountId: string;
  readonly apiKeyId: string;
}

export interface Request {
  readonly method: string;
  /** With its query, as it goes over the wire. */
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request that an operation is asked, apart from who asks. */
export interface Case {
  readonly operation: OperationShape;
  readonly what: string;
  /** `other` belongs to another organization. */
  readonly request: (own: Belongings, other: Belongings) => Request;
}

/** Every field of every part of an operation, with everything strange in it. */
export function* casesOf(operation: OperationShape): Generator<Case> {
  yield* pathCases(operation);
  yield* queryCases(operation);
  if (operation.body) yield* bodyCases(operation, bodySchema(operation.body));
}

const unknownOf = (id: string): string => `${id.slice(0, -4)}0000`;

/** The id that the operation's path asks for, of whoever is given. */
const idIn = (operation: OperationShape, name: string, of: Belongings): string => {
  if (name === 'cluster_id') return of.clusterId;
  if (name === 'topic_name') return of.topicName;
  const ids: readonly (readonly [RegExp, string])[] = [
    [/organizations/, of.organizationId],
    [/environments/, of.environmentId],
    [/users/, of.userId],
    [/service-accounts/, of.serviceAccountId],
    [/api-keys/, of.apiKeyId],
  ];
  return ids.find(([pattern]) => pattern.test(operation.path))?.[1] ?? of.clusterId;
};

const namesIn = (path: string): readonly string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

/** The path with what is given put in, and the caller's own ids for the rest. */
const pathOf = (
  operation: OperationShape,
  own: Belongings,
  given: Readonly<Record<string, string>> = {},
): string =>
  operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent((given[name] ?? idIn(operation, name, own)).toWellFormed()),
  );

/** A deletion that is otherwise right would leave nothing for the cases after it. */
const harmless = (operation: OperationShape, own: Belongings): Readonly<Record<string, string>> => {
  if (operation.method !== 'DELETE') return {};
  return Object.fromEntries(
    namesIn(operation.path).map((name) => [name, unknownOf(idIn(operation, name, own))]),
  );
};

const known = (own: Belongings) => (path: Path) => {
  const [outer, name] = path.slice(-2);
  if (path.at(-1) === 'topic_name') return 'made-by-abuse';
  if (path[0] === 'filter' && path.at(-1) === 'value') return own.clusterId;
  if (path.at(-2) === 'intervals') return '2026-01-01T00:00:00Z/PT1H';
  if (name === 'id')
    return { owner: own.userId, environment: own.environmentId }[outer ?? ''] ?? own.clusterId;
  return path.at(-1) === 'principal' ? `User:${own.serviceAccountId}` : undefined;
};

const usualBody = (operation: OperationShape, own: Belongings): { body?: string } =>
  operation.body ? { body: JSON.stringify(sampleOf(bodySchema(operation.body), known(own))) } : {};

const bodySchemas = new WeakMap<z.ZodType, JsonSchema>();
const bodySchema = (body: z.ZodType): JsonSchema => {
  const schema = bodySchemas.get(body) ?? jsonSchemaOf(body);
  bodySchemas.set(body, schema);
  return schema;
};

function* pathCases(operation: OperationShape): Generator<Case> {
  for (const name of namesIn(operation.path)) {
    const withId = (what: string, idOf: (own: Belongings, other: Belongings) => string): Case => ({
      operation,
      what: `${name} in the path: ${what}`,
      request: (own, other) => ({
        method: operation.method,
        path: pathOf(operation, own, { [name]: idOf(own, other) }),
        ...usualBody(operation, own),
      }),
    });
    yield withId('another’s', (_, other) => idIn(operation, name, other));
    yield withId('unknown', (own) => unknownOf(idIn(operation, name, own)));
    for (const { what, text } of strangeText) yield withId(what, () => text);
  }
}

function* queryCases(operation: OperationShape): Generator<Case> {
  const names = operation.query ? Object.keys(jsonSchemaOf(operation.query).properties ?? {}) : [];
  const withQuery = (what: string, queryOf: (own: Belongings, other: Belongings) => string): Case => ({
    operation,
    what,
    request: (own, other) => ({
      method: operation.method,
      path: `${pathOf(operation, own, harmless(operation, own))}?${queryOf(own, other)}`,
      ...usualBody(operation, own),
    }),
  });
  for (const name of [...names, 'not_in_the_contract']) {
    const at = (what: string) => `${name} in the query: ${what}`;
    const key = encodeURIComponent(name);
    for (const { what, text } of strangeText) {
      yield withQuery(at(what), () => `${key}=${encodeURIComponent(text.toWellFormed())}`);
    }
    yield withQuery(at('another’s'), (_, other) => `${key}=${other.clusterId}`);
    yield withQuery(at('a thousand times'), () => Array.from({ length: 1_000 }, () => `${key}=1`).join('&'));
    yield withQuery(at('as an object'), () => `${key}[a][b]=1&${key}[]=2&${key}.c=3`);
    yield withQuery(at('broken encoding'), () => `${key}=%ff%`);
  }
}

const placeholder = '@@field@@';

function* bodyCases(operation: OperationShape, schema: JsonSchema): Generator<Case> {
  const withBody = (what: string, bodyOf: (own: Belongings, other: Belongings) => string): Case => ({
    operation,
    what,
    request: (own, other) => ({
      method: operation.method,
      path: pathOf(operation, own, harmless(operation, own)),
      body: bodyOf(own, other),
    }),
  });
  for (const path of fieldsOf(schema)) {
    const at = (what: string) => `${path.join('.')} in the body: ${what}`;
    // Taken apart once for all that is put there.
    const put = (own: Belongings, raw: (quoted: string) => string): string => {
      const usual = JSON.stringify(placed(sampleOf(schema, known(own)), path, placeholder));
      return raw(usual);
    };
    const replaced = (text: string) => (usual: string) => usual.replace(`"${placeholder}"`, () => text);
    for (const { what, text } of strangeJson) yield withBody(at(what), (own) => put(own, replaced(text)));
    yield withBody(at('missing'), (own) =>
      put(own, (usual) =>
        usual.replace(new RegExp(`("[^"]*":)?"${placeholder}",?`), '').replace(/,([}\]])/g, '$1'),
      ),
    );
    if (path.at(-1) !== '0') {
      yield withBody(at('its key 10,000 times'), (own) =>
        put(own, (usual) =>
          usual.replace(repeatable, (_, key: string) => `${`${key}1,`.repeat(10_000)}${key}"a"`),
        ),
      );
    }
    yield withBody(at('another’s id'), (own, other) => put(own, replaced(JSON.stringify(other.clusterId))));
    yield withBody(at('an unknown id'), (own) =>
      put(own, replaced(JSON.stringify(unknownOf(own.clusterId)))),
    );
  }
  for (const { what, text } of strangeJson) yield withBody(`the whole body: ${what}`, () => text);
  yield withBody('the whole body: not there', () => '');
}

const repeatable = new RegExp(`("[^"]*":)"${placeholder}"`);

/** The value with something else at the path, and with what leads there if it was not there. */
const placed = (value: unknown, path: Path, inner: unknown): unknown => {
  const [key, ...rest] = path;
  if (key === undefined) return inner;
  if (Array.isArray(value) || (key === '0' && typeof value !== 'object')) {
    return [placed(Array.isArray(value) ? value[0] : undefined, rest, inner)];
  }
  // Of a sample, which has objects of plain keys only.
  const object = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return { ...object, [key]: placed(object[key], rest, inner) };
};

/** Cases of all operations, one of each `stride`, begun at another one in each operation. */
export function* sampled(operations: readonly OperationShape[], stride: number): Generator<Case> {
  for (const [offset, operation] of operations.entries()) {
    let at = offset;
    for (const each of casesOf(operation)) if (at++ % stride === 0) yield each;
  }
}
