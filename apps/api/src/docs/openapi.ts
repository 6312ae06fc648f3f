import { CloudErrors, KafkaRestError } from '@weir/contracts/errors';
import type { OperationShape } from '@weir/contracts/operation';
import { AuthError } from '@weir/contracts/people';
import { z } from 'zod';
import { authForms } from './auth-forms.ts';
import { describeWebhooks } from './describe-webhooks.ts';

/** OpenAPI 3.1 of the operations, from the schemas that validate them. */
export const buildOpenApi = (operations: readonly OperationShape[], publicUrl: string, version: string) => {
  const sessionCookie = `${publicUrl.startsWith('https:') ? '__Host-' : ''}weir.session_token`;
  const components: Record<string, unknown> = {};
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): unknown => {
    const { $defs, $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    for (const [name, definition] of Object.entries($defs ?? {}))
      components[name] = toComponentRefs(definition);
    return toComponentRefs(rest);
  };

  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const path = paths[operation.path] ?? {};
    paths[operation.path] = path;
    path[operation.method.toLowerCase()] = describeOperation(operation, schemaOf);
  }
  Object.assign(paths, describeAuth(schemaOf));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Weir',
      version,
      description: 'The control plane and Kafka REST of a Weir cloud. Every POST takes an Idempotency-Key.',
    },
    servers: [{ url: publicUrl }],
    security: [{ key: [] }, { session: [] }],
    paths,
    webhooks: describeWebhooks(schemaOf),
    components: {
      schemas: components,
      securitySchemes: {
        key: { type: 'http', scheme: 'basic', description: 'The id and the secret of an API key.' },
        session: { type: 'apiKey', in: 'cookie', name: sessionCookie },
      },
    },
  };
};

export type SchemaOf = (schema: z.ZodType, io: 'input' | 'output') => unknown;

const describeOperation = (operation: OperationShape, schemaOf: SchemaOf) => {
  const errors = operation.errors === 'kafka' ? KafkaRestError : CloudErrors;
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    parameters: [
      ...parametersOf(operation.params, 'path', schemaOf),
      ...parametersOf(operation.query, 'query', schemaOf),
      ...(operation.method === 'POST' ? [idempotencyParameter] : []),
    ],
    ...(operation.body
      ? { requestBody: { required: true, ...json(schemaOf(operation.body, 'input')) } }
      : {}),
    responses: {
      [operation.status]: {
        description: 'Done.',
        ...(operation.response
          ? content(operation.contentType ?? 'application/json', schemaOf(operation.response, 'output'))
          : {}),
      },
      ...(operation.dryRunResponse
        ? {
            200: {
              description: 'Of a dry run: nothing was done.',
              ...json(schemaOf(operation.dryRunResponse, 'output')),
            },
          }
        : {}),
      default: { description: 'Refused, with the reason.', ...json(schemaOf(errors, 'output')) },
    },
  };
};

const idempotencyParameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', maxLength: 255 },
  description: 'However often the request is sent with this key, it takes effect once.',
};

const content = (type: string, schema: unknown) => ({ content: { [type]: { schema } } });
const json = (schema: unknown) => content('application/json', schema);

const parametersOf = (schema: z.ZodType | undefined, place: 'path' | 'query', schemaOf: SchemaOf) => {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries<z.ZodType>(schema.shape).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path' || !field.safeParse(undefined).success,
    schema: schemaOf(field, 'input'),
  }));
};

/** What people sign in by, and do to their own accounts. */
const describeAuth = (schemaOf: SchemaOf) => {
  const call = (summary: string, body: z.ZodType | null, reply: z.ZodType) => ({
    tags: ['Sessions'],
    summary,
    security: [],
    ...(body ? { requestBody: { required: true, ...json(schemaOf(body, 'input')) } } : {}),
    responses: {
      200: { description: 'Done.', ...json(schemaOf(reply, 'output')) },
      default: { description: 'Refused, with the reason.', ...json(schemaOf(AuthError, 'output')) },
    },
  });
  return Object.fromEntries(
    authForms.map(({ body, method, path, reply, summary }) => [
      path,
      { [method]: call(summary, body, reply) },
    ]),
  );
};

/** Definitions move to the document's components, and what points at them with them. */
const toComponentRefs = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(toComponentRefs);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) =>
    name === '$ref' && typeof field === 'string'
      ? [name, field.replace('#/$defs/', '#/components/schemas/')]
      : [name, toComponentRefs(field)],
  );
  return Object.fromEntries(fields);
};
