import type { BillTo } from '@weir/contracts/invoices';

/** An address as it stands on an invoice. */
export function BillToText({ billTo }: { readonly billTo: BillTo }) {
  return (
    <address className="not-italic">
      <span className="block font-medium wrap-anywhere">{billTo.name}</span>
      {billTo.address_lines.map((line) => (
        <span key={line} className="block wrap-anywhere">
          {line}
        </span>
      ))}
      <span className="block">{billTo.country}</span>
      {billTo.tax_id !== '' && <span className="block text-ink-soft">Tax id {billTo.tax_id}</span>}
    </address>
  );
}
