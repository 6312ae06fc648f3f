import { listClusters } from '@weir/contracts/clusters';
import { exportInvoice, getInvoice, printInvoice } from '@weir/contracts/invoices';
import { monthName } from '@weir/contracts/words/month-name';
import type { Metadata } from 'next';
import Link from 'next/link';
import { load } from '../../../../../api/server.ts';
import { BillToText } from '../../../../../billing/bill-to-text.tsx';
import { InvoiceLines } from '../../../../../billing/invoice-lines.tsx';
import { buttonClass } from '../../../../../ui/button.tsx';
import { Card } from '../../../../../ui/card.tsx';
import { dateText } from '../../../../../ui/figures.ts';

export const metadata: Metadata = { title: 'Invoice' };

export default async function InvoicePage({ params }: { readonly params: Promise<{ readonly id: string }> }) {
  const { id } = await params;
  const [invoice, clusters] = await Promise.all([
    load(getInvoice, { params: { id } }),
    load(listClusters, { query: { page_size: 100 } }),
  ]);
  const names = Object.fromEntries(clusters.data.map((cluster) => [cluster.id, cluster.spec.display_name]));
  const isDraft = invoice.status === 'DRAFT';
  return (
    <div className="mx-auto grid max-w-4xl grid-cols-1 gap-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div>
          <p className="print:hidden">
            <Link href="/billing" className="text-[13px] text-accent hover:underline">
              Billing
            </Link>
          </p>
          <h1 className="text-xl font-semibold">
            {isDraft ? 'Draft' : `Invoice ${invoice.number}`} · {monthName(invoice.period_start)}
          </h1>
          <p className="text-ink-soft">
            {isDraft
              ? 'What the invoice would say now. It is written a day after the month has ended.'
              : `Written on ${dateText(invoice.metadata.created_at)}. It never changes: what comes later is on the next one.${paymentWords[invoice.payment?.status ?? 'NONE']}`}
          </p>
        </div>
        <div className="flex gap-2 print:hidden">
          <Download path={printInvoice.path} id={invoice.id} as="pdf">
            As PDF
          </Download>
          <Download path={exportInvoice.path} id={invoice.id} as="csv">
            As CSV
          </Download>
        </div>
      </div>
      {invoice.issued_by.length > 0 && (
        <Card title="From">
          <address className="px-4 py-3 not-italic">
            {invoice.issued_by.map((line) => (
              <span key={line} className="block wrap-anywhere">
                {line}
              </span>
            ))}
          </address>
        </Card>
      )}
      {invoice.bill_to !== null && (
        <Card title="Billed to">
          <div className="px-4 py-3">
            <BillToText billTo={invoice.bill_to} />
          </div>
        </Card>
      )}
      <Card>
        <InvoiceLines invoice={invoice} clusters={names} />
      </Card>
      <p className="text-[13px] text-ink-soft">
        Rated by prices of version {invoice.price_book}
        {Number(invoice.discount_percent) > 0 && `, less ${Number(invoice.discount_percent)} percent`}, in US
        dollars. Amounts are exact to a millionth, which the CSV shows; whole cents are due, and what is left
        over goes to the next invoice.
      </p>
    </div>
  );
}

const paymentWords = {
  NONE: '',
  WAITING: ' It is on its way to be charged.',
  DUE: ' It is not paid yet.',
  PAID: ' It is paid.',
  VOID: ' It need not be paid.',
  UNCOLLECTIBLE: ' It is not paid.',
} as const;

interface DownloadProps {
  readonly path: string;
  readonly id: string;
  readonly as: 'csv' | 'pdf';
  readonly children: string;
}

function Download({ path, id, as, children }: DownloadProps) {
  return (
    <a
      href={`/api${path.replace('{id}', id)}`}
      download={`${id}.${as}`}
      className={buttonClass('quiet', 'small')}
    >
      {children}
    </a>
  );
}
