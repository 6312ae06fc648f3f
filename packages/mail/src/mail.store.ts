import { randomUUID } from 'node:crypto';
import { type ControlDb, type ControlTx, Prisma } from '@weir/db/control';
import {
  isMailKind,
  type MailContent,
  type MailKind,
  mailKinds,
  readMailContent,
  strangersDayMax,
} from './kinds.ts';
import { isLinkToken, mailIdOf } from './link-token.ts';

export interface MailRow {
  readonly id: string;
  readonly recipient: string;
  /** Whose account it is about; null: of whoever has the address when it is sent and used. */
  readonly userId: string | null;
  readonly content: MailContent;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly attempts: number;
}

const columns = {
  id: true,
  recipient: true,
  userId: true,
  kind: true,
  params: true,
  createdAt: true,
  expiresAt: true,
  attempts: true,
} as const;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** How long one attempt has a mail to itself: longer than any takes. After a crash it is found again then. */
const attemptMsMax = 60_000;
const backoffMsMin = 2_000;
const backoffMsMax = 300_000;
const errorLengthMax = 500;

export interface AskedMail {
  readonly recipient: string;
  readonly userId: string | null;
  readonly content: MailContent;
}

/**
 * In the transaction of what the mail is about: from its commit on it will be sent. False, and nothing is added, when
 * the address has had its share.
 */
export const askForMail = async (tx: ControlTx, mail: AskedMail, now: number): Promise<boolean> => {
  const recipient = mail.recipient.toLowerCase();
  const { kind, params } = mail.content;
  // Requests for one address wait for each other here, so that none counts too few.
  await tx.$executeRaw(Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${recipient}, 2))`);
  const since = (ms: number) => ({ recipient, createdAt: { gt: new Date(now - ms) } });
  if ((await tx.mail.count({ where: { ...since(hourMs), kind } })) >= mailKinds[kind].hourMax) return false;
  const strangers = await tx.mail.count({ where: { ...since(dayMs), kind: { in: strangersKinds } } });
  if (mailKinds[kind].isStrangers && strangers >= strangersDayMax) return false;
  await tx.mail.create({
    data: {
      id: randomUUID(),
      recipient,
      userId: mail.userId,
      kind,
      params,
      createdAt: new Date(now),
      dueAt: new Date(now),
      expiresAt: new Date(now + mailKinds[kind].lifetimeMs),
    },
    select: { id: true },
  });
  return true;
};

const strangersKinds = Object.keys(mailKinds).filter(
  (kind) => isMailKind(kind) && mailKinds[kind].isStrangers,
);

const open = { sentAt: null, givenUpAt: null };

/** The oldest mails that are due, at most `limit`. */
export const findDueMails = async (db: ControlDb, now: number, limit: number): Promise<readonly string[]> => {
  const rows = await db.mail.findMany({
    where: { ...open, dueAt: { lte: new Date(now) } },
    orderBy: { dueAt: 'asc' },
    take: limit,
    select: { id: true },
  });
  return rows.map((row) => row.id);
};

/** Takes a mail for one attempt, which is counted before it is made. Null when it is settled, or somebody has it. */
export const takeMail = async (db: ControlDb, id: string, now: number): Promise<MailRow | null> => {
  const { count } = await db.mail.updateMany({
    where: { id, ...open, dueAt: { lte: new Date(now) } },
    data: { dueAt: new Date(now + attemptMsMax), attempts: { increment: 1 } },
  });
  if (count === 0) return null;
  return rowOf(await db.mail.findUniqueOrThrow({ where: { id }, select: columns }));
};

export const markSent = async (db: ControlDb, id: string, now: number): Promise<void> => {
  await db.mail.updateMany({ where: { id, ...open }, data: { sentAt: new Date(now), lastError: null } });
};

/** It will be tried again, later each time. */
export const markTried = async (
  db: ControlDb,
  mail: Pick<MailRow, 'id' | 'attempts'>,
  cause: unknown,
  now: number,
): Promise<void> => {
  const backoffMs = Math.min(backoffMsMin * 2 ** Math.min(mail.attempts, 12), backoffMsMax);
  await db.mail.updateMany({
    where: { id: mail.id, ...open },
    data: { dueAt: new Date(now + backoffMs), lastError: textOf(cause) },
  });
};

/** It will not be sent; the reason stays in its row. A link in it opens nothing any more. */
export const giveUpMail = async (db: ControlDb, id: string, cause: unknown, now: number): Promise<void> => {
  await db.mail.updateMany({
    where: { id, ...open },
    data: { givenUpAt: new Date(now), lastError: textOf(cause) },
  });
};

const textOf = (cause: unknown): string =>
  String(cause instanceof Error ? cause.message : cause).slice(0, errorLengthMax);

/** For the local outbox: what was sent, newest first. */
export const listSentMails = async (db: ControlDb, limit: number): Promise<readonly MailRow[]> => {
  const rows = await db.mail.findMany({
    where: { sentAt: { not: null } },
    orderBy: { createdAt: 'desc' },
    take: limit,
    select: columns,
  });
  return rows.map(rowOf);
};

/**
 * Uses a mail's link up, in the transaction of what it does: once, within its time, and only for the kinds that are
 * asked about. Null for everything else, whatever it is.
 */
export const useLink = async (
  tx: ControlTx,
  link: { readonly token: string; readonly kinds: readonly MailKind[]; readonly authSecret: string },
  now: number,
): Promise<MailRow | null> => {
  const id = mailIdOf(link.token);
  const found = id === null ? null : await tx.mail.findUnique({ where: { id }, select: columns });
  if (id === null || found === null) return null;
  const row = rowOf(found);
  const isRight =
    link.kinds.includes(row.content.kind) && isLinkToken(link.authSecret, row.content.kind, link.token);
  if (!isRight) return null;
  const { count } = await tx.mail.updateMany({
    where: { id, usedAt: null, givenUpAt: null, expiresAt: { gt: new Date(now) } },
    data: { usedAt: new Date(now) },
  });
  return count === 0 ? null : row;
};

/** Ends links that would still work: of a person, or mailed to an address. */
export const retireLinks = async (
  tx: ControlTx,
  whose: { readonly userId: string } | { readonly recipient: string },
  kinds: readonly MailKind[],
  now: number,
): Promise<void> => {
  await tx.mail.updateMany({
    where: { ...whose, kind: { in: [...kinds] }, usedAt: null },
    data: { usedAt: new Date(now) },
  });
};

/** Removes mails from before that time. Returns how many rows. */
export const pruneMails = async (db: ControlDb, before: number): Promise<number> => {
  const { count } = await db.mail.deleteMany({ where: { createdAt: { lt: new Date(before) } } });
  return count;
};

const rowOf = ({ kind, params, ...row }: Prisma.MailGetPayload<{ select: typeof columns }>): MailRow => ({
  ...row,
  content: readMailContent(kind, params),
});
