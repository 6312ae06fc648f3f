import type { Paper } from './paper.ts';
import { printPaper } from './print-paper.ts';

// In a thread of its own, which paper-printer.ts starts and ends: the fonts alone take a tenth of a second.
export default (paper: Paper): Promise<Uint8Array> => printPaper(paper);
