'use client';

import { useMutation } from '@tanstack/react-query';
import { openPaymentPortal, openPaymentSetup, type Payment } from '@weir/contracts/payments';
import { amountText } from '@weir/contracts/words/amount-text';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Notice } from '../ui/notice.tsx';

/** What is charged. Cards are given to the payment provider, on its own page, and never here. */
export function PaymentCard({
  mayChange,
  payment,
}: {
  readonly payment: Payment;
  readonly mayChange: boolean;
}) {
  const open = useMutation({
    mutationFn: async (page: 'setup' | 'portal') =>
      page === 'setup' ? call(openPaymentSetup, {}) : call(openPaymentPortal, {}),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  const { method } = payment;
  return (
    <Card title="Payment method">
      <div className="grid gap-3 px-4 py-3">
        <p className={method === null ? 'text-ink-soft' : ''}>
          {method === null
            ? 'There is none yet. Invoices are charged to it as soon as there is.'
            : `${method.brand} ending in ${method.last4}`}
        </p>
        {payment.tax === 'ADDED' && (
          <p className="text-[13px] text-ink-soft">
            Tax is added to invoices, as it follows from the address that they are for.
          </p>
        )}
        {payment.tax === 'ADDRESS_NEEDED' && (
          <Notice tone="danger">
            An invoice waits: say whom invoices are for, with an address from which its tax follows.
          </Notice>
        )}
        {open.error !== null && <Notice tone="danger">{sentenceOf(open.error)}</Notice>}
        {mayChange && (
          <div className="flex flex-wrap gap-2">
            <Button size="small" busy={open.isPending} onClick={() => open.mutate('setup')}>
              {method === null ? 'Add payment method' : 'Use another one'}
            </Button>
            {method !== null && (
              <Button size="small" busy={open.isPending} onClick={() => open.mutate('portal')}>
                Receipts and details
              </Button>
            )}
          </div>
        )}
      </div>
    </Card>
  );
}

/** What not paying has come to, and what comes next; nothing where everything is paid. */
export function StandingNotice({ payment }: { readonly payment: Payment }) {
  const { next_standing_at: nextAt, standing } = payment;
  if (standing === 'CURRENT') return null;
  const next = standing === 'PAST_DUE' ? 'clusters become read-only' : 'clusters are suspended';
  return (
    <Notice tone="danger">
      {sentences[standing]} {amountText(payment.owed_amount)} is owed.{' '}
      {nextAt !== null && `On ${nextAt.slice(0, 10)} ${next}.`} Nothing is deleted, and all of it ends as soon
      as it is paid.
    </Notice>
  );
}

const sentences = {
  PAST_DUE: 'An invoice could not be charged.',
  READ_ONLY: 'An invoice is not paid: clients can read, and are refused when they write.',
  SUSPENDED: 'An invoice is not paid: nobody gets into the clusters.',
} as const;
