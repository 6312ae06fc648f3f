import type { OperationShape } from '@weir/contracts/operation';
import { z } from 'zod';

export interface RequestParts {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** JSON Schema of an object, as tools are described by. */
const ObjectSchema = z.looseObject({
  type: z.literal('object'),
  properties: z.record(z.string(), z.looseObject({})).optional(),
  required: z.array(z.string()).optional(),
});

const parts = ['params', 'query', 'body'] as const;

const fieldsOf = (schema: z.ZodType | undefined): readonly string[] =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];

/** The parts of an operation's request as one object, which is all that tools can take. */
export const inputSchemaOf = (operation: OperationShape) => {
  const shapes = parts.flatMap((part) => {
    const schema = operation[part];
    return schema instanceof z.ZodObject ? [schema.shape] : [];
  });
  const schema = z.toJSONSchema(z.object(Object.assign({}, ...shapes)), {
    io: 'input',
    unrepresentable: 'any',
  });
  return ObjectSchema.parse(schema);
};

/** What an assistant gave, in the parts of the request that it belongs to. What the operation does not know is left out. */
export const requestPartsOf = (
  operation: OperationShape,
  given: Readonly<Record<string, unknown>>,
): RequestParts => {
  const pick = (part: (typeof parts)[number]) =>
    Object.fromEntries(
      fieldsOf(operation[part])
        .filter((name) => Object.hasOwn(given, name))
        // Addresses are text; bodies are JSON as they came.
        .map((name) => [name, part === 'body' ? given[name] : textOf(given[name])]),
    );
  return { params: pick('params'), query: pick('query'), body: pick('body') };
};

const textOf = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
