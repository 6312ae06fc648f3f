import { z } from 'zod';
import { DryRunQuery } from './envelope.ts';
import { Credit } from './invoices.ts';
import { defineOperation } from './operation.ts';

/** Without what people put between groups of it. */
export const codeLengthMin = 8;
export const codeLengthMax = 32;

/** A code of a promotion, as people type it: in any case, with spaces and hyphens where they like. */
export const PromotionCode = z
  .string()
  .max(100)
  .transform((text) => text.replaceAll(/[\s-]/g, '').toUpperCase())
  .pipe(
    z
      .string()
      .regex(/^[A-Z0-9]*$/, 'A code has letters and digits.')
      .min(codeLengthMin, 'That is too short to be a code.')
      .max(codeLengthMax, 'That is too long to be a code.'),
  );

export const redeemPromotion = defineOperation({
  tag: 'Billing',
  access: 'cloud',
  errors: 'cloud',
  id: 'redeemPromotion',
  method: 'POST',
  path: '/billing/v1/credits',
  summary: 'Take the credit that a promotion’s code stands for. An organization takes each once.',
  query: DryRunQuery,
  body: z.object({ spec: z.object({ code: PromotionCode.meta({ example: '7K4M-QX2P-9RTD' }) }) }),
  status: 201,
  response: Credit,
});
