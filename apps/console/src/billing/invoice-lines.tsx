import type { Invoice, InvoiceLine } from '@weir/contracts/invoices';
import { amountText, exactText, microsOf } from '@weir/contracts/words/amount-text';
import { meterNames, quantityText } from '@weir/contracts/words/meter-words';
import { monthName } from '@weir/contracts/words/month-name';

interface Props {
  readonly invoice: Invoice;
  /** What people call clusters, by their ids. */
  readonly clusters: Readonly<Record<string, string>>;
}

/** What an invoice asks for, line by line, and what that comes to. */
export function InvoiceLines({ invoice, clusters }: Props) {
  const { lines, payment } = invoice;
  const hasTax = payment !== null && payment.tax_amount !== null && microsOf(payment.tax_amount) > 0n;
  return (
    <table className="w-full" data-testid="invoice-lines">
      <thead>
        <tr className="border-b border-line text-left text-[13px] text-ink-soft">
          <th scope="col" className="px-4 py-2 font-normal">
            What for
          </th>
          <th scope="col" className="px-4 py-2 text-right font-normal">
            Amount
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.length === 0 && (
          <tr>
            <td colSpan={2} className="px-4 py-8 text-center text-ink-soft">
              Nothing was used.
            </td>
          </tr>
        )}
        {lines.map((line) => (
          <tr key={keyOf(line)} className="border-b border-line align-baseline">
            <th scope="row" className="min-w-0 px-4 py-2 text-left font-normal">
              <Words line={line} clusters={clusters} />
            </th>
            <td className="px-4 py-2 text-right whitespace-nowrap tabular-nums">{exactText(line.amount)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <Sum name="Usage" amount={invoice.subtotal_amount} />
        <Sum name="Credits" amount={invoice.credit_amount} isTaken />
        <Sum name="Left over from the invoice before" amount={invoice.carried_in_amount} />
        <Sum name="Left over for the next invoice" amount={invoice.carried_out_amount} isTaken />
        {hasTax && (
          <>
            <Sum name="Due before tax" amount={invoice.due_amount} />
            <Sum name="Tax" amount={payment?.tax_amount ?? '0'} />
          </>
        )}
        <tr className="font-semibold">
          <th scope="row" className="px-4 py-2 text-left">
            Due
          </th>
          <td className="px-4 py-2 text-right tabular-nums" data-testid="due">
            {amountText(hasTax ? (payment?.total_amount ?? invoice.due_amount) : invoice.due_amount)}
          </td>
        </tr>
      </tfoot>
    </table>
  );
}

const keyOf = (line: InvoiceLine): string =>
  [line.kind, line.service_start, line.cluster, line.cluster_kind, line.meter, line.description].join(' ');

function Words({ line, clusters }: { readonly line: InvoiceLine; readonly clusters: Props['clusters'] }) {
  const { cluster, description, meter, quantity } = line;
  if (line.kind === 'CREDIT') return <span>Credit: {description}</span>;
  return (
    <>
      <span className="block wrap-anywhere">
        {line.kind === 'ADJUSTMENT' && `Late, of ${monthName(line.service_start)}: `}
        {meter === undefined ? '' : meterNames[meter]}
        {meter !== undefined && quantity !== undefined && ` ${quantityText(meter, quantity)}`}
      </span>
      <span className="block text-[13px] wrap-anywhere text-ink-soft">
        {line.cluster_kind} cluster {clusters[cluster ?? ''] ?? ''}{' '}
        <span className="font-mono">{cluster}</span>
      </span>
    </>
  );
}

interface SumProps {
  readonly name: string;
  readonly amount: string;
  /** It makes what is due less. */
  readonly isTaken?: boolean;
}

/** What is nothing is left out. */
function Sum({ name, amount, isTaken = false }: SumProps) {
  const micros = microsOf(amount);
  if (micros === 0n) return null;
  const shown = isTaken ? (micros < 0n ? amount.slice(1) : `-${amount}`) : amount;
  return (
    <tr className="text-ink-soft">
      <th scope="row" className="px-4 py-1 text-left font-normal">
        {name}
      </th>
      <td className="px-4 py-1 text-right whitespace-nowrap tabular-nums">{exactText(shown)}</td>
    </tr>
  );
}
