import { buffer } from 'node:stream/consumers';
import PDFDocument from 'pdfkit';
import type { Paper, PaperHeading, PaperRow } from './paper.ts';
import { lackingLetter, paperFonts, printable } from './paper-fonts.ts';

// Points, of which an A4 page is 595 wide and 842 high.
const margin = 50;
const width = 495;
const bottom = 770;
const footerTop = 795;
const columns = {
  words: { x: margin, width: 270 },
  quantity: { x: margin + 280, width: 105 },
  amount: { x: margin + 395, width: 100 },
} as const;
const rowGap = 5;
const size = { title: 18, text: 9, small: 7.5 } as const;
const ink = '#1a1a1a';
const soft = '#5f5f5f';
const rule = '#c8c8c8';

const lackingNote = `${lackingLetter} stands for a letter that this file cannot print. The invoice in the console, and its CSV file, have it.`;

/** The PDF of a paper, the same bytes for the same paper. How much there is to print is bounded by who makes the paper. */
export const printPaper = async (paper: Paper): Promise<Buffer> => {
  const document = new PDFDocument({
    ...{ size: 'A4', margin, bufferPages: true, lang: 'en', displayTitle: true },
    // None to begin with: what it would take by itself has few letters.
    font: '',
    info: { Title: paper.title, CreationDate: paper.writtenAt, Producer: 'Weir', Creator: 'Weir' },
  });
  const bytes = buffer(document);
  const pen = new Pen(document);
  pen.head(paper);
  pen.heading(paper.heading);
  for (const row of paper.rows) {
    if (pen.isFullFor(row)) {
      pen.nextPage();
      pen.heading(paper.heading);
    }
    pen.row(row);
  }
  pen.sums(paper.sums);
  pen.notes(paper.notes);
  pen.footers(paper.title);
  document.end();
  return bytes;
};

type Style = 'regular' | 'bold';

interface Placed {
  readonly x: number;
  readonly width: number;
  readonly style?: Style;
  readonly size?: number;
  readonly color?: string;
  readonly align?: 'left' | 'right';
}

/** Writes from the top down; `y` is where the next thing begins. */
class Pen {
  readonly #document: PDFKit.PDFDocument;
  #y = margin;
  #lacksLetters = false;

  constructor(document: PDFKit.PDFDocument) {
    this.#document = document;
    const { bold, regular } = paperFonts();
    // Opened ones, which the library takes and its types do not know: it would read the file again for each paper.
    document.registerFont('regular', regular as unknown as Buffer);
    document.registerFont('bold', bold as unknown as Buffer);
  }

  head({ facts, from, title, to }: Paper): void {
    const right = { x: margin + 255, width: 240 };
    const left = { x: margin, width: 235 };
    const besides = this.#lines(from, left, this.#y);
    this.#y += this.#write(title, { ...right, style: 'bold', size: size.title }) + 8;
    for (const [name, value] of facts) {
      const named = this.#write(name, { x: right.x, width: 75, color: soft });
      this.#y += Math.max(named, this.#write(value, { x: right.x + 80, width: 160 })) + 1;
    }
    this.#y = Math.max(this.#y, besides) + 16;
    if (to.length > 0) {
      this.#y += this.#write('Billed to', { ...left, size: size.small, color: soft }) + 2;
      this.#y = this.#lines(to, { x: margin, width }, this.#y);
    }
    this.#y += 18;
  }

  heading(heading: PaperHeading): void {
    const height = Math.max(...this.#cells(heading, { style: 'bold' }));
    this.#y += height + rowGap;
    this.#rule();
  }

  isFullFor(row: PaperRow): boolean {
    return this.#y + this.#heightOf(row) > bottom;
  }

  row(row: PaperRow): void {
    const height = this.#heightOf(row);
    const [words = 0] = this.#cells(row, {});
    if (row.detail !== '') this.#writeAt(this.#y + words, row.detail, detailStyle);
    this.#y += height;
    this.#rule();
  }

  sums(sums: Paper['sums']): void {
    // All of them stay together, with a line between the last row and them.
    if (this.#y + (sums.length + 1) * 18 > bottom) this.nextPage();
    this.#y += 4;
    for (const [at, [name, amount]] of sums.entries()) {
      const style = at === sums.length - 1 ? 'bold' : 'regular';
      const named = this.#write(name, { x: margin, width: 385, style, align: 'right' });
      this.#y += Math.max(named, this.#write(amount, { ...columns.amount, style, align: 'right' })) + 3;
    }
  }

  notes(notes: readonly string[]): void {
    this.#y += 16;
    for (const note of this.#lacksLetters ? [...notes, lackingNote] : notes) {
      if (this.#y + 24 > bottom) this.nextPage();
      this.#y += this.#write(note, { x: margin, width, size: size.small, color: soft }) + 2;
    }
  }

  /** Once all pages are there. */
  footers(title: string): void {
    const { count } = this.#document.bufferedPageRange();
    for (let page = 0; page < count; page += 1) {
      this.#document.switchToPage(page);
      // Below the margin the library would begin another page.
      this.#document.page.margins.bottom = 0;
      const style = { x: margin, width, size: size.small, color: soft };
      this.#writeAt(footerTop, title, style);
      this.#writeAt(footerTop, `Page ${page + 1} of ${count}`, { ...style, align: 'right' });
    }
  }

  nextPage(): void {
    this.#document.addPage();
    this.#y = margin;
  }

  /** Returns where the next thing below them begins. */
  #lines(lines: readonly string[], place: Placed, top: number): number {
    return lines.reduce((y, line, at) => {
      const style = at === 0 ? 'bold' : 'regular';
      return y + this.#writeAt(y, line, { ...place, style }) + 1;
    }, top);
  }

  #cells(cells: PaperHeading, style: { readonly style?: Style }): readonly number[] {
    return [
      this.#write(cells.words, { ...columns.words, ...style }),
      this.#write(cells.quantity, { ...columns.quantity, ...style, align: 'right' }),
      this.#write(cells.amount, { ...columns.amount, ...style, align: 'right' }),
    ];
  }

  #heightOf({ amount, detail, quantity, words }: PaperRow): number {
    const named = this.#measure(words, columns.words);
    const told = detail === '' ? 0 : this.#measure(detail, detailStyle);
    const figures = [this.#measure(quantity, columns.quantity), this.#measure(amount, columns.amount)];
    return Math.max(named + told, ...figures) + rowGap;
  }

  #rule(): void {
    const y = this.#y - rowGap / 2;
    this.#document
      .moveTo(margin, y)
      .lineTo(margin + width, y)
      .lineWidth(0.5)
      .stroke(rule);
  }

  #write(text: string, placed: Placed): number {
    return this.#writeAt(this.#y, text, placed);
  }

  /** Returns how high it is. */
  #writeAt(y: number, text: string, placed: Placed): number {
    const height = this.#measure(text, placed);
    const { align = 'left', color = ink, width: widthMax, x } = placed;
    this.#document.fillColor(color).text(this.#printable(text, placed), x, y, { width: widthMax, align });
    return height;
  }

  #measure(text: string, placed: Placed): number {
    const { size: points = size.text, style = 'regular', width: widthMax } = placed;
    this.#document.font(style).fontSize(points);
    return this.#document.heightOfString(this.#printable(text, placed), { width: widthMax });
  }

  #printable(text: string, { style = 'regular' }: Placed): string {
    const printed = printable(text, paperFonts()[style]);
    if (printed.includes(lackingLetter)) this.#lacksLetters = true;
    return printed;
  }
}

const detailStyle = { ...columns.words, size: size.small, color: soft };
