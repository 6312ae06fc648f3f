import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx, Prisma } from '@weir/db/control';
import { CONTROL_DB } from '../platform/tokens.ts';

/** By which a session was made; `code`: password and second factor. */
export type SessionMethod = 'password' | 'code' | 'passkey' | 'sso';

export interface SessionRow {
  readonly id: string;
  readonly createdAt: Date;
  /** Null: not since it was made. */
  readonly lastSeenAt: Date | null;
  readonly expiresAt: Date;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

const columns = {
  id: true,
  createdAt: true,
  lastSeenAt: true,
  expiresAt: true,
  ipAddress: true,
  userAgent: true,
} as const;

const lastSeenFirst = [
  { lastSeenAt: { sort: 'desc', nulls: 'last' } },
  { createdAt: 'desc' },
] satisfies Prisma.SessionOrderByWithRelationInput[];

/** A person's sessions, which belong to no organization. Their tokens stay in the room of the auth library. */
@Injectable()
export class SessionStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  /** `boundTo`: only those of that organization's single sign-on. */
  list(userId: string, boundTo: string | null, now: Date, limit: number): Promise<readonly SessionRow[]> {
    return this.db.session.findMany({
      where: { userId, expiresAt: { gt: now }, ...within(boundTo) },
      orderBy: lastSeenFirst,
      take: limit,
      select: columns,
    });
  }

  /** Of which organization's single sign-on a session is; null: of none. */
  async boundTo(id: string, tx: ControlTx = this.db): Promise<string | null> {
    const found = await tx.session.findUnique({ where: { id }, select: { ssoOrganizationId: true } });
    return found?.ssoOrganizationId ?? null;
  }

  async noteMethod(tx: ControlTx, id: string, method: SessionMethod): Promise<void> {
    await tx.session.updateMany({ where: { id }, data: { method } });
  }

  /** When one of that person's sessions was made; null: it has ended. */
  async beginOf(userId: string, id: string): Promise<Date | null> {
    const found = await this.db.session.findFirst({ where: { id, userId }, select: { createdAt: true } });
    return found?.createdAt ?? null;
  }

  /** Notes that a session was used, and from where; once for many requests at once. */
  async see(id: string, now: Date, unlessSince: Date, ipAddress: string | null): Promise<void> {
    await this.db.session.updateMany({
      where: { id, OR: [{ lastSeenAt: null }, { lastSeenAt: { lt: unlessSince } }] },
      data: { lastSeenAt: now, ipAddress },
    });
  }

  /** False when it is not one of that person's, or has ended already. */
  async end(tx: ControlTx, userId: string, id: string, boundTo: string | null = null): Promise<boolean> {
    return (await tx.session.deleteMany({ where: { userId, id, ...within(boundTo) } })).count > 0;
  }

  /** By itself, as its time is over. */
  async endNow(userId: string, id: string): Promise<void> {
    await this.end(this.db, userId, id);
  }

  /** Returns how many. */
  async endOthers(tx: ControlTx, userId: string, id: string, boundTo: string | null): Promise<number> {
    const where = { userId, id: { not: id }, ...within(boundTo) };
    return (await tx.session.deleteMany({ where })).count;
  }

  /**
   * Makes room for a new one: as many are left with it, and those end first that were not used since they were made, or
   * longest ago. Who signs in again and again does not lose what she works in.
   */
  async keepNewest(userId: string, newId: string, count: number): Promise<void> {
    const beyond = await this.db.session.findMany({
      where: { userId, id: { not: newId } },
      orderBy: lastSeenFirst,
      skip: count - 1,
      select: { id: true },
    });
    if (beyond.length > 0) {
      await this.db.session.deleteMany({ where: { userId, id: { in: beyond.map(({ id }) => id) } } });
    }
  }
}

/** Who came in by an organization's provider has nothing to do with where else a person is signed in. */
const within = (boundTo: string | null) => (boundTo === null ? {} : { ssoOrganizationId: boundTo });
