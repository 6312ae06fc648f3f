import { z } from 'zod';

const linesMax = 10;
const lineLengthMax = 100;
const right = `who asks for the money, in at most ${linesMax} lines of ${lineLengthMax} characters with | between them: Weir Ltd|1 Mill Lane|Bath|GB|VAT GB123`;

const linesOf = (text: string): readonly string[] => text.split('|').map((line) => line.trim());
const isLine = (line: string): boolean =>
  line !== '' && line.length <= lineLengthMax && !/[\p{Cc}\u2028\u2029]/u.test(line);

/** What API and worker both read: who stands on invoices as the one who asks. None unless it is set. */
export const sellerEnv = {
  WEIR_SELLER: z
    .string()
    .refine((text) => linesOf(text).length <= linesMax && linesOf(text).every(isLine))
    .transform(linesOf)
    .default([])
    .describe(right),
};
