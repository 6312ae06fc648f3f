import { z } from 'zod';

/** Queue and job by which the worker tells servers of tenants. */
export const webhookQueue = 'webhook';
export const sendDeliveryJob = 'webhook.send';

/** Only a pointer, as of a mail. */
export const SendDelivery = z.object({ deliveryId: z.string().min(1).max(64) });
export type SendDelivery = z.infer<typeof SendDelivery>;
