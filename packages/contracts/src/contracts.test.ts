import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createCluster, listClusters } from './clusters.ts';
import { UsageReport, usageReportJobId } from './jobs/usage-report.ts';
import { operations } from './operations.ts';

describe('operations', () => {
  it('names every call once, and no two have the same method and path', () => {
    const ids = operations.map((operation) => operation.id);
    const routes = operations.map((operation) => `${operation.method} ${operation.path}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(routes).size).toBe(routes.length);
  });

  it('describes exactly the parameters that each path has', () => {
    for (const operation of operations) {
      const named = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const params: z.ZodType | undefined = operation.params;
      const described = params instanceof z.ZodObject ? Object.keys(params.shape) : [];
      expect(described, operation.id).toEqual(named);
    }
  });

  it('can be written as JSON schema, every one of them', () => {
    for (const operation of operations) {
      for (const schema of [operation.query, operation.body]) {
        if (schema) expect(() => z.toJSONSchema(schema, { io: 'input' }), operation.id).not.toThrow();
      }
      const { response } = operation;
      if (response) expect(() => z.toJSONSchema(response, { io: 'output' }), operation.id).not.toThrow();
    }
  });
});

describe('requests', () => {
  it('give a cluster everything but its name by default', () => {
    expect(createCluster.body.parse({ spec: { display_name: ' orders ' } }).spec).toEqual({
      display_name: 'orders',
      availability: 'SINGLE_ZONE',
      config: { kind: 'Basic' },
      deletion_protection: false,
    });
  });

  it('ignore what a client copied from a reply', () => {
    const spec = { display_name: 'a', environment: { id: 'env-1', related: 'x' }, http_endpoint: 'y' };
    expect(createCluster.body.parse({ spec, kind: 'Cluster' }).spec.environment).toEqual({ id: 'env-1' });
  });

  it('read booleans and numbers of a query string as what they say', () => {
    expect(createCluster.query.parse({ dry_run: 'false' })).toEqual({ dry_run: false });
    expect(createCluster.query.safeParse({ dry_run: 'yes' }).success).toBe(false);
    expect(listClusters.query.parse({ page_size: '25' }).page_size).toBe(25);
    expect(listClusters.query.safeParse({ page_size: '101' }).success).toBe(false);
  });
});

describe('usage reports', () => {
  it('have one job id a window, without the separator of the queue', () => {
    const report = { brokerId: 1, bootEpoch: 2, windowStartMs: 10_000, windowEndMs: 20_000, rows: [] };
    expect(usageReportJobId(report)).toBe('usage-1-2-10000');
  });

  it('refuse fractions and negative quantities', () => {
    const row = { clusterId: 'lkc-1', principal: 'User:u-1', topic: 't', meter: 'bytes_in', quantity: 0.5 };
    const report = { brokerId: 1, bootEpoch: 1, windowStartMs: 0, windowEndMs: 1, rows: [row] };
    expect(UsageReport.safeParse(report).success).toBe(false);
    expect(UsageReport.safeParse({ ...report, rows: [{ ...row, quantity: -1 }] }).success).toBe(false);
    expect(UsageReport.safeParse({ ...report, rows: [{ ...row, quantity: 3 }] }).success).toBe(true);
  });
});
