import { listCosts } from '@weir/contracts/billing';
import { listClusters } from '@weir/contracts/clusters';
import { createApiKey, listServiceAccounts } from '@weir/contracts/iam';
import { operations } from '@weir/contracts/operations';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InvalidInput, readInput } from './read-input.ts';

const problemsOf = (operation: (typeof operations)[number], query: Record<string, string | string[]>) => {
  try {
    readInput(operation, { params: {}, query, body: {} });
    return [];
  } catch (cause) {
    if (cause instanceof InvalidInput) return cause.problems;
    throw cause;
  }
};

describe('a parameter that an operation does not have', () => {
  it.each(operations)('is refused by $id, which says what there is', (operation) => {
    const found = problemsOf(operation, { form: '2026-01-01' }).filter(({ detail }) => /^form:/.test(detail));
    expect(found).toMatchObject([{ source: { parameter: 'form' } }]);
    const known = operation.query instanceof z.ZodObject ? Object.keys(operation.query.shape) : [];
    for (const name of known) expect(found[0]?.detail).toContain(name);
    if (known.length === 0) expect(found[0]?.detail).toContain('takes none');
  });

  it('is none of those that every object of JavaScript has', () => {
    const query = Object.fromEntries([['constructor', 'x']]);
    expect(problemsOf(listClusters, query)).toMatchObject([{ source: { parameter: 'constructor' } }]);
  });

  it('is named at no more length, and no oftener, than somebody reads', () => {
    const query = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`${at}`.padEnd(5_000), '']));
    const problems = problemsOf(listClusters, query);
    expect(problems).toHaveLength(10);
    for (const { detail } of problems) expect(detail.length).toBeLessThan(400);
  });
});

describe('of what may be one thing or another', () => {
  it.each([
    ['a word that is none', listCosts, { group_by: 'bogus' }, /^group_by: .*"cluster"/],
    ['too many', listServiceAccounts, { display_name: Array(21).fill('a') }, /^display_name: .*20/],
  ] as const)('%s gets a sentence that says what would be right', (_, operation, query, sentence) => {
    const problems = problemsOf(operation, query);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.detail).toMatch(sentence);
  });

  it('the field of a body is named by its whole path', () => {
    const body = { spec: { display_name: 4 } };
    expect(() => readInput(createApiKey, { params: {}, query: {}, body })).toThrow(
      'spec.display_name: Invalid input: expected string, received number',
    );
  });
});
