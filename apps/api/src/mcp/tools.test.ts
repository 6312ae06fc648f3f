import { queryMetrics } from '@weir/contracts/metrics';
import { produceRecord, readRecords } from '@weir/contracts/records';
import { expect, it } from 'vitest';
import { inputSchemaOf, requestPartsOf } from './tool-input.ts';
import { mcpTools } from './tools.ts';

const named = mcpTools.map((tool) => [tool.name, tool] as const);

it.each(named)('%s only reads, and no records', (_, { operation }) => {
  // The one question that is a POST, as it has a body.
  expect(operation.method === 'GET' || operation === queryMetrics).toBe(true);
  expect([readRecords, produceRecord]).not.toContain(operation);
  expect(operation.path).not.toMatch(/records|secrets|users|audit|sessions|passkeys/);
});

it.each(named)('%s takes every part of its operation’s request under its own name', (_, { operation }) => {
  const { properties = {}, type } = inputSchemaOf(operation);
  expect(type).toBe('object');
  const given = Object.fromEntries(Object.keys(properties).map((name) => [name, 1]));
  const { body, params, query } = requestPartsOf(operation, { ...given, unknown: 1 });
  const all = [body, params, query].flatMap((part) => Object.keys(part));
  expect(all.toSorted()).toEqual(Object.keys(properties).toSorted());
  const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  expect(Object.keys(params)).toEqual(inPath);
});

it('has no two tools of one name', () => {
  expect(new Set(mcpTools.map(({ name }) => name)).size).toBe(mcpTools.length);
});
