import { randomUUID } from 'node:crypto';
import type { ControlDb } from '@weir/db/control';
import type { Cells } from '@weir/provisioning/cells';
import type { Clock } from '@weir/runtime/clock';
import { outsideCall } from '../access/outside-call.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';

/** What was typed is no command, or means nothing here. Its message is for who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Who does it, and why: both stand in the log of each tenant that it concerns. */
export interface Operator {
  readonly name: string;
  readonly reason: string;
}

/** What commands are given. */
export interface AdminTools {
  readonly db: ControlDb;
  readonly clock: Clock;
  readonly print: (line: string) => void;
  /** Left out: the command is about none. */
  readonly cells?: Cells;
  /** Of the brokers of the cell that runs on this machine, if one does. */
  readonly logDirectories?: readonly string[];
}

/** For the audit log of a tenant, as something of the operator's. */
export const operatorCall = (organizationId: string, { name }: Pick<Operator, 'name'>): Call =>
  outsideCall(
    { kind: 'Operator', id: name, organizationId, via: 'admin' },
    { requestId: randomUUID(), sourceIp: null },
  );

export const auditOf = ({ clock }: AdminTools): AuditStore => new AuditStore(clock);

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Refuses what is no id of an organization. */
export const organizationIdOf = (text: string | undefined): string => {
  if (text !== undefined && uuid.test(text)) return text;
  throw new UsageError(
    `"${text ?? ''}" is no id of an organization: it is a UUID, as tenants find shows it.`,
  );
};
