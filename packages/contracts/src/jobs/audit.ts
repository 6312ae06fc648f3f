import { z } from 'zod';

/** Queues and job by which the worker takes audit logs on to topics: those that fail keep nobody else waiting. */
export const auditQueue = 'audit';
export const failingAuditQueue = 'audit-failing';
export const deliverAuditJob = 'audit.deliver';

/** Whose log has gone on. */
export const DeliverAudit = z.object({ organizationId: z.uuid() });
export type DeliverAudit = z.infer<typeof DeliverAudit>;
