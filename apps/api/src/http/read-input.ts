import type { OperationShape } from '@weir/contracts/operation';
import type { Request } from 'express';
import { z } from 'zod';

export interface InputProblem {
  readonly detail: string;
  readonly source: { readonly pointer: string } | { readonly parameter: string };
}

/** A request that does not fit its contract, with everything that does not fit. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[]) {
    super(problems.map((problem) => problem.detail).join(' '));
    this.problems = problems;
  }
}

/** Path, query and body as the contract parses them. Throws InvalidInput. */
export const readInput = (operation: OperationShape, request: Pick<Request, 'params' | 'query' | 'body'>) => {
  const problems: InputProblem[] = [];
  const read = (schema: z.ZodType | undefined, value: unknown, part: 'path' | 'query' | 'body') => {
    if (!schema) return undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    problems.push(...parsed.error.issues.flatMap(plainIssues).map((issue) => problemOf(issue, part)));
    return undefined;
  };
  const params = read(operation.params, request.params, 'path');
  const query = read(operation.query, request.query, 'query');
  problems.push(...strangeParameters(operation.query, request.query));
  const body = read(operation.body, request.body ?? {}, 'body');
  if (problems.length > 0) throw new InvalidInput(problems);
  return { params, query, body };
};

/** Of which a refusal speaks. */
const strangersMax = 10;

/** A filter that is misspelt would find everything. */
const strangeParameters = (
  schema: z.ZodType | undefined,
  query: Readonly<Record<string, unknown>>,
): InputProblem[] => {
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const strangers = Object.keys(query).filter((name) => !known.includes(name));
  const hint = known.length === 0 ? 'This operation takes none.' : `There are ${known.join(', ')}.`;
  return strangers.slice(0, strangersMax).map((name) => {
    const parameter = name.slice(0, 100);
    return { detail: `${parameter}: There is no such parameter. ${hint}`, source: { parameter } };
  });
};

/** Of something that may be this or that, what is wrong with whichever it is nearest to. */
const plainIssues = (issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] => {
  if (issue.code !== 'invalid_union') return [issue];
  const nearest = issue.errors.toSorted((left, right) => distance(left) - distance(right))[0];
  if (nearest === undefined) return [issue];
  return nearest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })).flatMap(plainIssues);
};

/** What is another word, or of another type altogether, is further than anything of which only parts are wrong. */
const distance = (issues: readonly z.core.$ZodIssue[]): number =>
  Math.max(issues.length, ...issues.map((issue) => (issue.path.length > 0 ? 0 : farOff(issue))));

const farOff = (issue: z.core.$ZodIssue): number => {
  if (issue.code === 'invalid_value') return issue.values.length === 1 ? 1_001 : 0;
  return issue.code === 'invalid_type' ? 1_000 : 0;
};

const problemOf = (issue: z.core.$ZodIssue, part: 'path' | 'query' | 'body'): InputProblem => {
  const path = issue.path.map(String);
  if (part !== 'body') {
    return { detail: `${path.join('.')}: ${issue.message}`, source: { parameter: path.join('.') } };
  }
  const place = path.length > 0 ? path.join('.') : 'The body';
  return { detail: `${place}: ${issue.message}`, source: { pointer: `/${path.join('/')}` } };
};
