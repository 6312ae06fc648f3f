import type { Metadata } from 'next';
import Link from 'next/link';
import { permissionsOnOrganization } from '../../../../access/permissions.ts';
import { Notice } from '../../../../ui/notice.tsx';
import { WebhookCard } from '../../../../webhooks/webhook-card.tsx';

export const metadata: Metadata = { title: 'Webhooks' };

export default async function WebhooksPage() {
  const permissions = await permissionsOnOrganization();
  return (
    <div className="mx-auto grid max-w-4xl grid-cols-1 gap-5">
      <div>
        <p>
          <Link href="/billing" className="text-[13px] text-accent hover:underline">
            Billing
          </Link>
        </p>
        <h1 className="text-xl font-semibold">Webhooks</h1>
        <p className="text-ink-soft">
          Servers of yours that are told of limits, budgets and payments, with a signature as{' '}
          <a
            href="https://www.standardwebhooks.com"
            className="text-accent underline"
            rel="noreferrer"
            target="_blank"
          >
            Standard Webhooks
          </a>{' '}
          has it, for which there are libraries in every language.
        </p>
      </div>
      {permissions.has('billing:read') ? (
        <WebhookCard mayChange={permissions.has('billing:update')} />
      ) : (
        <Notice tone="warn">
          Webhooks are for the administrators of your organization, and for who has the role BillingAdmin.
        </Notice>
      )}
    </div>
  );
}
