import { z } from 'zod';
import { askableText } from './plain-text.ts';

/**
 * Ids are typed and prefixed. In paths and queries any text is taken: an id that cannot exist is answered
 * exactly like one that does not, so its form is never validated on the way in.
 */
const id = <Brand extends string>(description: string, example: string) =>
  z.string().min(1).max(255).overwrite(askableText).brand<Brand>().meta({ description, example });

export const OrganizationId = id<'OrganizationId'>(
  'The id of an organization, a UUID.',
  '1d1f9a2e-9a52-4d0c-9a43-0f6a3a2f7a11',
);
export const EnvironmentId = id<'EnvironmentId'>('The id of an environment.', 'env-7k2m9x');
export const ClusterId = id<'ClusterId'>('The id of a cluster.', 'lkc-4q8wz1');
export const ServiceAccountId = id<'ServiceAccountId'>('The id of a service account.', 'sa-91xk2d');
export const UserId = id<'UserId'>('The id of a person.', 'u-3f8kq2');
export const ApiKeyId = id<'ApiKeyId'>('The id of an API key: 16 capitals and digits.', 'QD3KZ7W2M9X4T6BA');
export const ApiKeySecretId = id<'ApiKeySecretId'>('The number of a secret among all that its key had.', '2');
export const ClientQuotaId = id<'ClientQuotaId'>('The id of a client quota.', 'cq-8w2k4x');
export const SessionId = id<'SessionId'>('The id of a session.', '0b0e6a3e-5a0c-4a53-8f4e-0d0c6f0e9a11');
export const PasskeyId = id<'PasskeyId'>('The id of a passkey.', '5d0a1c8e-1f7e-4d0a-9b51-7b1f0a2d3c44');
export const RoleBindingId = id<'RoleBindingId'>('The id of a role binding.', 'rb-5m1xq8');
export const SsoDomainId = id<'SsoDomainId'>('The id of a domain.', 'dom-2c8v0z1m4k');
export const GroupMappingId = id<'GroupMappingId'>('The id of a group mapping.', 'group-7h2k9q');
export const CreditId = id<'CreditId'>('The id of a credit.', 'credit-4q8wz1m2ab');
export const InvoiceId = id<'InvoiceId'>('The id of an invoice.', 'inv-4q8wz1m2ab');
export const SpendLimitId = id<'SpendLimitId'>('The id of a spend limit.', 'sl-7k2m9x');
export const BudgetId = id<'BudgetId'>('The id of a budget.', 'bud-5x2k9q');
export const WebhookId = id<'WebhookId'>('The id of a webhook.', 'wh-3m8x2q');
export const WebhookSecretId = id<'WebhookSecretId'>(
  'The number of a secret among all that its webhook had.',
  '2',
);
export const WebhookDeliveryId = id<'WebhookDeliveryId'>(
  'The id of a delivery, which is its `webhook-id`.',
  'msg_2f7Kq0',
);
export const InvitationId = id<'InvitationId'>(
  'The id of an invitation.',
  '9c1f7f0e-3b1d-4c59-a0a7-2f6f8f5f1b22',
);

export type OrganizationId = z.infer<typeof OrganizationId>;
export type EnvironmentId = z.infer<typeof EnvironmentId>;
export type ClusterId = z.infer<typeof ClusterId>;
export type ServiceAccountId = z.infer<typeof ServiceAccountId>;
export type UserId = z.infer<typeof UserId>;
export type ApiKeyId = z.infer<typeof ApiKeyId>;
