import { type ControlDb, Prisma } from '@weir/db/control';
import { type AuditRow, auditColumns } from './audit-row.ts';

/** The next events of a log behind a number, oldest first. */
export const readEventsAbove = (
  db: ControlDb,
  organizationId: string,
  sequence: bigint,
  limit: number,
): Promise<readonly AuditRow[]> =>
  db.$queryRaw<AuditRow[]>(Prisma.sql`
    SELECT ${auditColumns} FROM audit_events
     WHERE organization_id = ${organizationId}::uuid AND sequence > ${sequence}
     ORDER BY sequence LIMIT ${limit}`);
