import { Injectable } from '@nestjs/common';
import type { ControlTx } from '@weir/db/control';

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly isVerified: boolean;
}

const columns = { id: true, email: true, emailVerified: true } as const;
/** The auth library's name for a password. */
const providerId = 'credential';

/** A person's own rows, which belong to no organization. */
@Injectable()
export class AccountStore {
  async findByAddress(tx: ControlTx, email: string): Promise<Person | null> {
    return personOf(await tx.user.findUnique({ where: { email: email.toLowerCase() }, select: columns }));
  }

  /** Nobody else changes this person until the transaction ends. Null when she is gone. */
  async lock(tx: ControlTx, userId: string): Promise<Person | null> {
    await tx.$queryRaw`SELECT 1 FROM users WHERE id = ${userId} FOR NO KEY UPDATE`;
    return personOf(await tx.user.findUnique({ where: { id: userId }, select: columns }));
  }

  /** False when nobody of that id has that address, or it was confirmed already. */
  async confirmAddress(tx: ControlTx, userId: string, email: string): Promise<boolean> {
    const { count } = await tx.user.updateMany({
      where: { id: userId, email, emailVerified: false },
      data: { emailVerified: true },
    });
    return count > 0;
  }

  /** Throws a unique violation when somebody has it by now. */
  async setAddress(tx: ControlTx, userId: string, email: string): Promise<void> {
    await tx.user.update({
      where: { id: userId },
      data: { email, emailVerified: true },
      select: { id: true },
    });
  }

  /** As argon2id; null when she has none. */
  async findPassword(tx: ControlTx, userId: string): Promise<string | null> {
    const found = await tx.account.findFirst({ where: { userId, providerId }, select: { password: true } });
    return found?.password ?? null;
  }

  /** False when the password is no longer the one that was looked at. */
  async replacePassword(tx: ControlTx, userId: string, before: string, password: string): Promise<boolean> {
    const where = { userId, providerId, password: before };
    return (await tx.account.updateMany({ where, data: { password } })).count > 0;
  }

  /** Also for who had none. */
  async setPassword(tx: ControlTx, userId: string, password: string): Promise<void> {
    const unique = { providerId_accountId: { providerId, accountId: userId } };
    const created = { id: crypto.randomUUID(), userId, providerId, accountId: userId, password };
    await tx.account.upsert({ where: unique, create: created, update: { password }, select: { id: true } });
  }

  /** Ends sessions; they are looked up with every request, so it holds from the next one on. Returns how many. */
  async endSessions(tx: ControlTx, userId: string, but: string | null): Promise<number> {
    const others = but === null ? {} : { id: { not: but } };
    return (await tx.session.deleteMany({ where: { userId, ...others } })).count;
  }
}

const personOf = (row: { id: string; email: string; emailVerified: boolean } | null): Person | null =>
  row && { id: row.id, email: row.email, isVerified: row.emailVerified };
