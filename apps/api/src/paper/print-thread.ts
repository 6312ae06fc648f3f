import type { Invoice } from '@weir/contracts/invoices';
import { drawInvoice } from './draw-invoice.ts';

// In a thread of its own, which invoice-pdf.ts starts and ends: the fonts alone take a tenth of a second.
export default (invoice: Invoice): Promise<Uint8Array> => drawInvoice(invoice);
