import type { z } from 'zod';

/** Who may call: `session` the console only, `cloud` also a cloud key, `cluster` also a cluster's key. */
export type OperationAccess = 'none' | 'session' | 'cloud' | 'cluster';

/**
 * One call of the API, stated once: the controller takes its route and validation from here, the OpenAPI
 * document is generated from it, and the console's client is typed by it.
 */
export interface OperationShape {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** In OpenAPI's notation: `/cmk/v2/clusters/{id}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly access: OperationAccess;
  readonly errors: 'cloud' | 'kafka';
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly status: 200 | 201 | 202 | 204;
  /** Without it replies are JSON. JSON lines: `response` is one of them. Text: `response` is all of it. */
  readonly contentType?: 'application/pdf' | 'application/x-ndjson' | 'text/csv' | 'text/plain';
  /** null: the reply has no body. */
  readonly response: z.ZodType | null;
  /** What a dry run replies, with 200, of an operation that replies nothing once it is done. */
  readonly dryRunResponse?: z.ZodType;
}

export const defineOperation = <const Shape extends OperationShape>(shape: Shape): Shape => shape;

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Given<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined;

export type ParamsOf<O extends OperationShape> = Parsed<O['params']>;
export type QueryOf<O extends OperationShape> = Parsed<O['query']>;
export type BodyOf<O extends OperationShape> = Parsed<O['body']>;
/** What a caller writes, before defaults and coercion. */
export type QueryInputOf<O extends OperationShape> = Given<O['query']>;
export type BodyInputOf<O extends OperationShape> = Given<O['body']>;
export type ResponseOf<O extends OperationShape> = Parsed<O['response']>;
export type DryRunOf<O extends OperationShape> = Parsed<O['dryRunResponse']>;
