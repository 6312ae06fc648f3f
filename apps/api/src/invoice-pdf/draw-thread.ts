import { type DrawTask, drawInvoice } from './draw-invoice.ts';

// In a thread of its own, which invoice-pdf.ts starts and ends: the fonts alone take a tenth of a second.
export default (task: DrawTask): Promise<Uint8Array> => drawInvoice(task);
