import { z } from 'zod';

/** JSON Schema, as far as the contracts' schemas become it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly example?: unknown;
  readonly minimum?: number;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** Keys and indexes from the outermost value inwards. */
export type Path = readonly string[];

/** Levels of a schema that are followed; one that names itself has no end. */
const depthMax = 6;

/** A request's schema with what it refers to put in place. */
export const jsonSchemaOf = (schema: z.ZodType): JsonSchema => {
  // Written by zod to the standard that JsonSchema is a part of.
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return resolved(root, root.$defs ?? {}, 0);
};

const resolved = (schema: JsonSchema, defs: NonNullable<JsonSchema['$defs']>, depth: number): JsonSchema => {
  const name = schema.$ref?.split('/').at(-1);
  const here = name === undefined ? schema : (defs[name] ?? {});
  if (depth > depthMax) return {};
  const inner = (each: JsonSchema) => resolved(each, defs, depth + 1);
  return {
    ...here,
    ...(here.items && { items: inner(here.items) }),
    ...(here.anyOf && { anyOf: here.anyOf.map(inner) }),
    ...(here.oneOf && { oneOf: here.oneOf.map(inner) }),
    ...(here.properties && {
      properties: Object.fromEntries(
        Object.entries(here.properties).map(([key, each]) => [key, inner(each)]),
      ),
    }),
  };
};

/** Every place of a value of this schema, each once, those outside before those inside. */
export const fieldsOf = (schema: JsonSchema): readonly Path[] => {
  const found = new Map<string, Path>();
  const visit = (each: JsonSchema, path: Path): void => {
    if (path.length > 0) found.set(JSON.stringify(path), path);
    for (const alternative of alternativesOf(each)) visit(alternative, path);
    for (const [key, inner] of Object.entries(each.properties ?? {})) visit(inner, [...path, key]);
    if (each.items) visit(each.items, [...path, '0']);
  };
  visit(schema, []);
  return [...found.values()];
};

const alternativesOf = (schema: JsonSchema): readonly JsonSchema[] => schema.anyOf ?? schema.oneOf ?? [];

/** The least that the schema takes. `known` has values for places by what they are called. */
export const sampleOf = (
  schema: JsonSchema,
  known: (path: Path) => unknown = () => undefined,
  path: Path = [],
): unknown => {
  const given = known(path);
  if (given !== undefined) return given;
  const [alternative] = alternativesOf(schema);
  if (alternative) return sampleOf(alternative, known, path);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum.at(-1);
  if (schema.example !== undefined) return schema.example;
  const type = typeof schema.type === 'object' ? schema.type[0] : schema.type;
  if (type === 'object' || schema.properties) {
    const names = schema.required ?? [];
    return Object.fromEntries(
      names.map((name) => [name, sampleOf(schema.properties?.[name] ?? {}, known, [...path, name])]),
    );
  }
  if (type === 'array') {
    const one = sampleOf(schema.items ?? {}, known, [...path, '0']);
    return Array.from({ length: schema.minItems ?? 0 }, () => one);
  }
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
  if (type === 'boolean') return false;
  if (type === 'null') return null;
  return formatted[schema.format ?? ''] ?? 'eA==';
};

const formatted: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  email: 'somebody@example.com',
};
