import { z } from 'zod';

export const CloudError = z
  .object({
    id: z.string().describe('The request id; quote it when you ask for help.'),
    status: z.string().describe('The HTTP status, as text.'),
    code: z.string().describe('Stable and short, for programs.'),
    title: z.string(),
    detail: z.string().describe('What happened and what to do.'),
    source: z
      .object({ pointer: z.string().optional(), parameter: z.string().optional() })
      .optional()
      .describe('Which part of the request is meant.'),
  })
  .meta({ id: 'CloudError' });
export type CloudError = z.infer<typeof CloudError>;

/** What every path but /kafka/v3 and /auth answers instead of a result. */
export const CloudErrors = z.object({ errors: z.array(CloudError).min(1) }).meta({ id: 'CloudErrors' });
export type CloudErrors = z.infer<typeof CloudErrors>;

/** What /kafka/v3 answers instead of a result; the code is the HTTP status and two more digits. */
export const KafkaRestError = z
  .object({ error_code: z.int(), message: z.string() })
  .meta({ id: 'KafkaRestError' });
export type KafkaRestError = z.infer<typeof KafkaRestError>;
