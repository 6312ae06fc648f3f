import { decimalText } from '@weir/billing/money';
import type { Credit, Invoice, InvoiceLine } from '@weir/contracts/invoices';
import { figureText, microsOf } from '@weir/contracts/words/amount-text';
import { meterNames, quantityText } from '@weir/contracts/words/meter-words';
import { monthName } from '@weir/contracts/words/month-name';
import type { Paper, PaperRow } from './paper.ts';

/** An invoice of more lines is printed with those of the same kind, month and region in one; the CSV has each. */
export const printedLinesMax = 1_000;

/** Pure: what is printed of an invoice. Printed amounts sum to what its lines do. */
const pricesText = ({ discount_percent: percent, price_book: version }: Invoice): string =>
  `version ${version}${Number(percent) > 0 ? `, less ${Number(percent)} percent` : ''}`;

export const invoicePaper = (invoice: Invoice): Paper => {
  const isDraft = invoice.status === 'DRAFT';
  const isSummed = invoice.lines.length > printedLinesMax;
  const rows = isSummed ? summedRows(invoice.lines) : invoice.lines.map(rowOf);
  return {
    title: isDraft ? 'Draft of an invoice' : `Invoice ${invoice.number}`,
    writtenAt: new Date(invoice.metadata.created_at),
    from: invoice.issued_by,
    to: billedTo(invoice),
    facts: [
      ['Number', isDraft ? 'none: this is a draft' : String(invoice.number)],
      ['Id', invoice.id],
      [isDraft ? 'As of' : 'Date', dayText(invoice.metadata.created_at)],
      ['Period', `${dayText(invoice.period_start)} to ${lastDayText(invoice.period_end)}, UTC`],
      ['Prices', pricesText(invoice)],
      ['Currency', invoice.currency],
    ],
    heading: headingIn(invoice.currency),
    rows,
    sums: sumsOf(invoice),
    notes: [
      'Amounts are exact to a millionth; whole cents are due, and what is left over goes to the next invoice.',
      ...(isSummed
        ? [
            `This invoice has ${invoice.lines.length} lines. Here those of the same kind are one; its CSV file has each.`,
          ]
        : []),
    ],
  };
};

/** The same of a credit note. `invoice`: the one that it takes something back of. */
export const creditNotePaper = (credit: Credit, invoice: Invoice): Paper => ({
  title: `Credit note for invoice ${invoice.number}`,
  writtenAt: new Date(credit.metadata.created_at),
  from: invoice.issued_by,
  to: billedTo(invoice),
  facts: [
    ['Id', credit.id],
    ['Date', dayText(credit.metadata.created_at)],
    ['Of invoice', `${invoice.number} (${invoice.id})`],
    ['Of the period', `${dayText(invoice.period_start)} to ${lastDayText(invoice.period_end)}, UTC`],
    ['Currency', credit.currency],
  ],
  heading: headingIn(credit.currency),
  rows: [{ words: credit.description, detail: '', quantity: '', amount: figureText(negated(credit.amount)) }],
  sums: [['Taken back', figureText(negated(credit.amount))]],
  notes: ['The invoices that follow ask for so much less.'],
});

const billedTo = ({ bill_to: billTo }: Invoice): readonly string[] =>
  billTo === null
    ? []
    : [
        billTo.name,
        ...billTo.address_lines,
        billTo.country,
        ...(billTo.tax_id === '' ? [] : [`Tax id ${billTo.tax_id}`]),
      ];

const headingIn = (currency: string) => ({
  words: 'What for',
  quantity: 'Quantity',
  amount: `Amount, ${currency}`,
});

const rowOf = (line: InvoiceLine): PaperRow => {
  const { cluster = '', cluster_kind: kind = '', region = '' } = line;
  const amount = figureText(line.amount);
  if (line.kind === 'CREDIT')
    return { words: `Credit: ${line.description ?? ''}`, detail: '', quantity: '', amount };
  const detail = [`${kind} cluster`, cluster, region].filter((part) => part !== '').join(' · ');
  return { words: wordsOf(line), detail, quantity: usedText(line), amount };
};

/** With fewer nobody could work an amount out again by the price. */
const printedDigits = 6;

const usedText = ({ meter, quantity }: InvoiceLine): string =>
  meter === undefined || quantity === undefined ? '' : quantityText(meter, quantity, printedDigits);

const wordsOf = ({ kind, meter, service_start }: InvoiceLine): string => {
  const late = kind === 'ADJUSTMENT' ? `Late, of ${monthName(service_start)}: ` : '';
  return `${late}${meter === undefined ? '' : meterNames[meter]}`;
};

/** Credits in one row, and usage by what it is, of whatever cluster. */
const summedRows = (lines: readonly InvoiceLine[]): readonly PaperRow[] =>
  [...Map.groupBy(lines, sameKind).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const amount = decimalText(group.reduce((sum, line) => sum + microsOf(line.amount), 0n));
    const description = `${group.length} of them`;
    if (first.kind === 'CREDIT') return [rowOf({ ...first, amount, description })];
    const quantity = String(group.reduce((sum, line) => sum + BigInt(line.quantity ?? '0'), 0n));
    const clusters = new Set(group.map(({ cluster }) => cluster)).size;
    return [rowOf({ ...first, amount, quantity, cluster: `${clusters} of them` })];
  });

const sameKind = ({ cluster_kind, kind, meter, region, service_start }: InvoiceLine): string =>
  JSON.stringify(kind === 'CREDIT' ? [kind] : [kind, service_start, cluster_kind, region, meter]);

const sumsOf = (invoice: Invoice): Paper['sums'] => {
  const parts = [
    ['Usage', invoice.subtotal_amount],
    ['Credits', negated(invoice.credit_amount)],
    ['Left over from the invoice before', invoice.carried_in_amount],
    ['Left over for the next invoice', negated(invoice.carried_out_amount)],
  ] as const;
  const some = parts.filter(([name, amount]) => name === 'Usage' || microsOf(amount) !== 0n);
  const { tax_amount: tax = null, total_amount: total = null } = invoice.payment ?? {};
  const isTaxed = tax !== null && microsOf(tax) !== 0n;
  const taxed = isTaxed
    ? ([
        ['Due before tax', invoice.due_amount],
        ['Tax', tax],
      ] as const)
    : [];
  return [
    ...[...some, ...taxed].map(([name, amount]) => [name, figureText(amount)] as const),
    [`Due, ${invoice.currency}`, figureText((isTaxed ? total : null) ?? invoice.due_amount)],
  ];
};

const negated = (amount: string): string => decimalText(-microsOf(amount));

const dayText = (iso: string): string => iso.slice(0, 10);

/** The last day before a moment that is exclusive. */
const lastDayText = (iso: string): string => dayText(new Date(Date.parse(iso) - 1).toISOString());
