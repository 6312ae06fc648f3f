import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { DiscoveryModule, DiscoveryService, NestFactory } from '@nestjs/core';
import { operations } from '@weir/contracts/operations';
import { SentEventType } from '@weir/contracts/webhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { apiModule } from '../api.module.ts';
import { routeOf } from '../http/operations.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

/** Served for whoever runs the API, and described nowhere else. */
const unlisted = [
  // For Kafka clients' files of trust, and no JSON.
  '/kafka-ca.pem',
  ...['/docs', '/docs/assistants', '/docs/secrets', '/docs/style.css', '/docs/webhooks'],
  ...['/healthz', '/mcp', '/metrics', '/openapi.json', '/readyz', '/webhooks/stripe'],
];

it('lists exactly the routes that there are', async () => {
  const root = { module: class Root {}, imports: [apiModule(api.platform), DiscoveryModule] };
  const app = await NestFactory.createApplicationContext(root, { logger: false });
  const routes = app
    .get(DiscoveryService)
    .getControllers()
    .flatMap(({ metatype }) => Object.values(Object.getOwnPropertyDescriptors(metatype?.prototype ?? {})))
    .flatMap(({ value }) => {
      const path: unknown = typeof value === 'function' && Reflect.getMetadata(PATH_METADATA, value);
      const method: unknown = typeof value === 'function' && Reflect.getMetadata(METHOD_METADATA, value);
      return typeof path === 'string' && method !== undefined
        ? [`${RequestMethod[Number(method)]} ${path}`]
        : [];
    });
  await app.close();
  const described = operations.map((operation) => `${operation.method} ${routeOf(operation.path)}`);
  const served = routes.filter((route) => !unlisted.includes(route.split(' ')[1] ?? ''));
  expect(served.toSorted()).toEqual(described.toSorted());
});

it('describes them as OpenAPI 3.1 without a reference that leads nowhere', async () => {
  const answer = await api.anonymous.send('GET', '/openapi.json');
  expect(answer.body).toMatchObject({ openapi: '3.1.0', info: { title: 'Weir' } });
  const references = [...answer.text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? '');
  expect(references.length).toBeGreaterThan(20);
  for (const reference of new Set(references)) {
    const found = reference
      .slice(2)
      .split('/')
      .reduce<unknown>((at, name) => Object(at)[name], answer.body);
    expect(found, reference).toBeDefined();
  }
});

it('describes each event that a webhook is told, with what it is signed by', async () => {
  const { body } = await api.anonymous.send('GET', '/openapi.json');
  const { webhooks } = body as { webhooks: Record<string, unknown> }; // As it is built.
  expect(Object.keys(webhooks)).toEqual(SentEventType.options);
  expect(webhooks['spend_limit.reached']).toMatchObject({
    post: {
      parameters: [{ name: 'webhook-id' }, { name: 'webhook-timestamp' }, { name: 'webhook-signature' }],
      requestBody: {
        content: { 'application/json': { schema: { required: ['type', 'timestamp', 'data'] } } },
      },
    },
  });
});

it('shows a page that needs nothing from elsewhere', async () => {
  const page = await api.anonymous.send('GET', '/docs');
  expect(page.text).toContain('/cmk/v2/clusters');
  expect(page.text).not.toMatch(/(src|href)="https?:/);
  expect(page.text).not.toContain('<script');
});
