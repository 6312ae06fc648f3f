import { z } from 'zod';
import { askableText } from './plain-text.ts';

export const SpendScopeKind = z.enum([
  'organization',
  'environment',
  'cluster',
  'service-account',
  'api-key',
]);
export type SpendScopeKind = z.infer<typeof SpendScopeKind>;

export const SpendScope = z
  .object({ kind: SpendScopeKind, id: z.string().min(1).max(255).overwrite(askableText) })
  .describe('Whose spending is counted. Of a service account and a key: what is written and read by them.');
export type SpendScope = z.infer<typeof SpendScope>;

/** As people write it: up to six decimals, and nothing that is a float on the way. */
export const AmountInput = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,6})?$/, 'An amount is written in digits, with six decimals at most: "250.00".')
  .meta({ example: '250.00' });

/** Of one limit or budget, each kind of them. */
const percentsMax = 5;

/** Parts of an amount at which something is done, in percent of it. */
export const percents = (most: number) =>
  z
    .array(z.int().min(1).max(most))
    .max(percentsMax)
    .refine((given) => new Set(given).size === given.length, 'Name each threshold once.');
