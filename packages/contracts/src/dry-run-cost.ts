import { z } from 'zod';

/** What a change would cost, where a dry run is answered; nothing of it stands in any other answer. */
export const DryRunCost = z
  .object({
    currency: z.enum(['USD']),
    monthly_amount: z
      .string()
      .regex(/^-?\d+\.\d{6}$/)
      .meta({ example: '1022.000000' })
      .describe(
        'By how much a month of 730 hours costs your organization more than now, or less: what is there and what is stored, not what comes and goes. Where it hangs on how much a topic will store: as if it were written to as in the last day.',
      ),
  })
  .describe('Only where it is a dry run.')
  .meta({ id: 'DryRunCost' });
export type DryRunCost = z.infer<typeof DryRunCost>;

/** What a dry run replies of what has nothing to say once it is done. */
export const DryRunReply = z.object({ dry_run_cost: DryRunCost }).meta({ id: 'DryRunReply' });
