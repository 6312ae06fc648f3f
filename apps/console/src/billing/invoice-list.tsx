import type { InvoiceSummary } from '@weir/contracts/invoices';
import { amountText } from '@weir/contracts/words/amount-text';
import { monthName } from '@weir/contracts/words/month-name';
import Link from 'next/link';
import { Card } from '../ui/card.tsx';

interface Props {
  /** When the page was made, in the month whose draft leads the list. */
  readonly now: string;
  readonly invoices: readonly InvoiceSummary[];
  readonly total: number;
}

/** Invoices by month, the draft of the running one first. */
export function InvoiceList({ now, invoices, total }: Props) {
  return (
    <Card title="Invoices">
      <ul aria-label="Invoices">
        <Row
          href="/billing/invoices/draft"
          month={now}
          words="Draft: it is written a day after the month has ended"
        />
        {invoices.map((invoice) => (
          <Row
            key={invoice.id}
            href={`/billing/invoices/${invoice.id}`}
            month={invoice.period_start}
            words={`Number ${invoice.number}${statusText(invoice)}`}
            due={amountText(invoice.due_amount)}
          />
        ))}
      </ul>
      {total > invoices.length && (
        <p className="border-t border-line px-4 py-3 text-[13px] text-ink-soft">
          The newest {invoices.length} of {total}. The API lists all of them: /billing/v1/invoices.
        </p>
      )}
    </Card>
  );
}

const statuses = {
  WAITING: ', waits to be charged',
  DUE: ', to be paid',
  PAID: ', paid',
  VOID: ', void',
  UNCOLLECTIBLE: ', not paid',
} as const;

/** Of one that nothing is charged for there is nothing to say. */
const statusText = ({ payment }: InvoiceSummary) => (payment === null ? '' : statuses[payment.status]);

interface RowProps {
  readonly href: string;
  readonly month: string;
  readonly words: string;
  readonly due?: string;
}

function Row({ href, month, words, due }: RowProps) {
  return (
    <li className="relative flex flex-wrap items-baseline justify-between gap-x-4 border-b border-line px-4 py-2.5 last:border-0 hover:bg-sunken">
      <span className="min-w-0">
        <Link href={href} className="font-medium after:absolute after:inset-0">
          {monthName(month)}
        </Link>{' '}
        <span className="text-[13px] text-ink-soft">{words}</span>
      </span>
      {due !== undefined && <span className="tabular-nums">{due}</span>}
    </li>
  );
}
