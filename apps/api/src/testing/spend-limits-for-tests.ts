import { createBudget } from '@weir/contracts/budgets';
import { createSpendLimit } from '@weir/contracts/spend-limits';
import { createWebhook } from '@weir/contracts/webhooks';
import type { ApiClient } from './api-client.ts';

/** A limit that stops nobody, of a whole organization; its id. */
export const newSpendLimit = async (client: ApiClient, organizationId: string): Promise<string> => {
  const scope = { kind: 'organization' as const, id: organizationId };
  const spec = { display_name: 'all of us', scope, amount: '100', action: 'NOTIFY' as const };
  return (await client.call(createSpendLimit, { body: { spec } })).id;
};

/** A budget of a whole organization; its id. */
export const newBudget = async (client: ApiClient, organizationId: string): Promise<string> => {
  const scope = { kind: 'organization' as const, id: organizationId };
  const spec = { display_name: 'all of us', scope, amount: '100' };
  return (await client.call(createBudget, { body: { spec } })).id;
};

/** A webhook that leads nowhere; its id. */
export const newWebhook = async (client: ApiClient): Promise<string> => {
  const spec = { display_name: 'to us', url: 'https://hooks.example.com/weir' };
  return (await client.call(createWebhook, { body: { spec } })).id;
};
