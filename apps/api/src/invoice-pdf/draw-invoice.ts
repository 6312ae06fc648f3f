import { decimalText } from '@weir/billing/money';
import type { Invoice, InvoiceLine } from '@weir/contracts/invoices';
import { exactText, microsOf } from '@weir/contracts/words/amount-text';
import { meterNames, quantityText } from '@weir/contracts/words/meter-words';
import { monthName } from '@weir/contracts/words/month-name';
import PDFDocument from 'pdfkit';
import { type Fonts, openFonts } from './fonts.ts';

type Pdf = PDFKit.PDFDocument;

/** Points, of which an inch has 72. */
const page = { size: 'A4', margin: 50, width: 495, bottom: 770 } as const;
const sizes = { title: 20, text: 10, small: 8 } as const;
const amountWidth = 110;
const soft = '#555555';
const rule = '#bbbbbb';

/** Drawn one by one: more take longer than anybody waits, and are more pages than anybody reads. */
export const drawnLinesMax = 1_000;

/** An invoice as people file it. */
export const drawInvoice = (invoice: Invoice): Promise<Uint8Array> => {
  const fonts = openFonts();
  const doc = new PDFDocument({
    ...{ size: page.size, margin: page.margin, font: '', bufferPages: true, lang: 'en' },
    info: {
      Title: titleOf(invoice),
      Author: invoice.issued_by[0] ?? '',
      CreationDate: new Date(invoice.metadata.created_at),
    },
  });
  const drawn = collected(doc);
  // Fonts that are open are taken as they are, of which its types know nothing: by a path they are read for each text.
  doc.registerFont('regular', fonts.regular as unknown as Buffer);
  doc.registerFont('bold', fonts.bold as unknown as Buffer);
  const draw = new InvoiceDrawing(doc, fonts, invoice);
  draw.head();
  draw.lines();
  draw.sums();
  draw.notes();
  draw.pageNumbers();
  doc.end();
  return drawn;
};

const collected = (doc: Pdf): Promise<Uint8Array> => {
  const { promise, reject, resolve } = Promise.withResolvers<Uint8Array>();
  const chunks: Buffer[] = [];
  doc.on('data', (chunk: Buffer) => chunks.push(chunk));
  doc.on('end', () => resolve(new Uint8Array(Buffer.concat(chunks))));
  doc.on('error', reject);
  return promise;
};

const titleOf = ({ number, status }: Invoice): string =>
  status === 'DRAFT' ? 'Draft of an invoice' : `Invoice ${number}`;

class InvoiceDrawing {
  readonly #doc: Pdf;
  readonly #fonts: Fonts;
  readonly #invoice: Invoice;
  /** Something was to be drawn for which there is no glyph. */
  #isMissing = false;

  constructor(doc: Pdf, fonts: Fonts, invoice: Invoice) {
    this.#doc = doc;
    this.#fonts = fonts;
    this.#invoice = invoice;
  }

  /** Who asks whom for what. */
  head(): void {
    const { bill_to: billTo, id, issued_by: seller, metadata, period_start: start, status } = this.#invoice;
    const top = page.margin;
    this.#column(page.margin, top, seller);
    const isDraft = status === 'DRAFT';
    const about = [
      id,
      `For ${monthName(start)}, UTC`,
      `${isDraft ? 'As of' : 'Written on'} ${metadata.created_at.slice(0, 10)}`,
    ];
    this.#write(titleOf(this.#invoice), { x: 300, y: top, width: 245, size: sizes.title, align: 'right' });
    let y = this.#doc.y + 4;
    for (const line of about) {
      this.#write(line, { x: 300, y, width: 245, color: soft, align: 'right' });
      y = this.#doc.y;
    }
    y = Math.max(y, top + 15 * seller.length) + 24;
    if (billTo !== null) {
      this.#write('Billed to', { x: page.margin, y, color: soft });
      const taxId = billTo.tax_id === '' ? [] : [`Tax id ${billTo.tax_id}`];
      this.#column(page.margin, this.#doc.y + 2, [
        billTo.name,
        ...billTo.address_lines,
        billTo.country,
        ...taxId,
      ]);
    }
    this.#doc.y += 24;
    this.#tableHead();
  }

  lines(): void {
    const { lines } = this.#invoice;
    if (lines.length === 0) this.#row('Nothing was used.', null, '');
    for (const line of lines.slice(0, drawnLinesMax)) {
      const [words, more] = wordsOf(line);
      this.#row(words, more, exactText(line.amount));
    }
    const rest = lines.slice(drawnLinesMax);
    if (rest.length === 0) return;
    const micros = rest.reduce((sum, { amount }) => sum + microsOf(amount), 0n);
    this.#row(
      `${rest.length} further lines`,
      'The invoice as CSV has each of them.',
      exactText(decimalText(micros)),
    );
  }

  sums(): void {
    const {
      carried_in_amount: carriedIn,
      carried_out_amount: carriedOut,
      credit_amount: credits,
    } = this.#invoice;
    const { currency, due_amount: due, subtotal_amount: subtotal } = this.#invoice;
    this.#sum('Usage', subtotal);
    this.#sum('Credits', negative(credits));
    this.#sum('Left over from the invoice before', carriedIn);
    this.#sum('Left over for the next invoice', negative(carriedOut));
    const { tax_amount: tax = null, total_amount: total = null } = this.#invoice.payment ?? {};
    const isTaxed = tax !== null && microsOf(tax) !== 0n;
    if (isTaxed) {
      this.#sum('Due before tax', due);
      this.#sum('Tax', tax);
    }
    this.#total(`Due, in ${currency}`, (isTaxed ? total : null) ?? due);
  }

  notes(): void {
    const { metadata, price_book: priceBook, status } = this.#invoice;
    const notes = [
      `Rated by prices of version ${priceBook}. Amounts are exact to a millionth; whole cents are due, and what is left over goes to the next invoice.`,
      ...(status === 'DRAFT' ? ['This is what the invoice would say now. It is no invoice.'] : []),
      ...(this.#isMissing
        ? [
            `Some letters cannot be drawn in this file, and stand as □. The invoice itself has them: ${metadata.self}`,
          ]
        : []),
    ];
    for (const note of notes) {
      this.#fit(30);
      this.#write(note, { x: page.margin, y: this.#doc.y + 8, size: sizes.small, color: soft });
    }
  }

  pageNumbers(): void {
    const { count, start } = this.#doc.bufferedPageRange();
    for (let at = start; at < start + count; at++) {
      this.#doc.switchToPage(at);
      const text = `${titleOf(this.#invoice)} · page ${at + 1} of ${count}`;
      this.#doc.page.margins.bottom = 0; // Or the number would begin a page of its own.
      this.#write(text, { x: page.margin, y: 800, size: sizes.small, color: soft, align: 'center' });
    }
  }

  #tableHead(): void {
    const { y } = this.#doc;
    this.#write('What for', { x: page.margin, y, size: sizes.small, color: soft });
    this.#write('Amount', { x: page.margin, y, size: sizes.small, color: soft, align: 'right' });
    this.#line();
  }

  #row(words: string, more: string | null, amount: string): void {
    this.#fit(34);
    const y = this.#doc.y + 4;
    const width = page.width - amountWidth;
    this.#write(words, { x: page.margin, y, width });
    if (more !== null)
      this.#write(more, { x: page.margin, y: this.#doc.y, width, size: sizes.small, color: soft });
    const end = this.#doc.y;
    this.#amount(amount, y, 'regular');
    this.#doc.y = end;
    this.#line();
  }

  /** What is nothing is left out. */
  #sum(name: string, amount: string): void {
    if (microsOf(amount) === 0n) return;
    this.#fit(16);
    const y = this.#doc.y + 4;
    this.#write(name, { x: page.margin, y, color: soft, width: page.width - amountWidth });
    this.#amount(exactText(amount), y, 'regular');
  }

  #total(name: string, amount: string): void {
    this.#fit(24);
    const y = this.#doc.y + 4;
    this.#write(name, { x: page.margin, y, font: 'bold', width: page.width - amountWidth });
    this.#amount(exactText(amount), y, 'bold');
    this.#doc.y = y + 20;
  }

  #amount(text: string, y: number, font: 'regular' | 'bold'): void {
    const x = page.margin + page.width - amountWidth;
    this.#write(text, { x, y, width: amountWidth, align: 'right', font });
  }

  #column(x: number, y: number, lines: readonly string[]): void {
    let at = y;
    for (const [index, line] of lines.entries()) {
      this.#write(line, { x, y: at, width: 240, font: index === 0 ? 'bold' : 'regular' });
      at = this.#doc.y;
    }
  }

  #line(): void {
    const y = this.#doc.y + 3;
    this.#doc
      .moveTo(page.margin, y)
      .lineTo(page.margin + page.width, y)
      .lineWidth(0.5)
      .stroke(rule);
    this.#doc.y = y;
  }

  /** Goes on on the next page where this one has no room for so much, under the same heads. */
  #fit(height: number): void {
    if (this.#doc.y + height <= page.bottom) return;
    this.#doc.addPage();
    this.#doc.y = page.margin;
    this.#tableHead();
  }

  #write(text: string, at: Placed): void {
    const {
      align = 'left',
      color = 'black',
      font = 'regular',
      size = sizes.text,
      width = page.width,
      x,
      y,
    } = at;
    const drawn = this.#fonts.drawable(text);
    if (drawn !== text) this.#isMissing = true;
    this.#doc.font(font).fontSize(size).fillColor(color).text(drawn, x, y, { width, align });
  }
}

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly width?: number;
  readonly size?: number;
  readonly font?: 'regular' | 'bold';
  readonly color?: string;
  readonly align?: 'left' | 'center' | 'right';
}

/** What a line is about, and of what. */
const wordsOf = (line: InvoiceLine): readonly [string, string | null] => {
  const { cluster = '', cluster_kind: kind = '', description = '', meter, quantity, region = '' } = line;
  if (line.kind === 'CREDIT') return [`Credit: ${description}`, null];
  const used = meter === undefined ? '' : `${meterNames[meter]} ${quantityText(meter, quantity ?? '0')}`;
  const late = line.kind === 'ADJUSTMENT' ? `Late, of ${monthName(line.service_start)}: ` : '';
  return [`${late}${used}`, `${kind} cluster ${cluster}, ${region}`];
};

const negative = (amount: string): string => (amount.startsWith('-') ? amount.slice(1) : `-${amount}`);
