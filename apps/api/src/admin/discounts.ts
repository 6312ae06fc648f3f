import { periodOf } from '@weir/billing/period';
import { percentText } from '../billing/price-book.present.ts';
import { type AdminTools, auditOf, type Operator, operatorCall, UsageError } from './operator.ts';

interface Wish {
  readonly percent: string | undefined;
  /** A month, `2026-12`, that has not begun. */
  readonly from: string | undefined;
}

/**
 * From a month on an organization pays so much less than all prices say, until another discount begins; 0 ends one. What a
 * month that has begun is rated by stays as it is. The same for the same month again changes nothing.
 */
export const setDiscount = async (
  tools: AdminTools,
  organizationId: string,
  { from, percent }: Wish,
  operator: Operator,
): Promise<void> => {
  const basisPoints = basisPointsOf(percent);
  const since = monthOf(from, tools.clock.now());
  const monthText = since.toISOString().slice(0, 7);
  await tools.db.$transaction(async (tx) => {
    const where = { id: organizationId, deletedAt: null };
    if ((await tx.organization.count({ where })) === 0)
      throw new UsageError('There is no such organization.');
    const { count } = await tx.organizationDiscount.createMany({
      data: [{ organizationId, since, basisPoints }],
      skipDuplicates: true,
    });
    if (count === 0) {
      const key = { organizationId_since: { organizationId, since } };
      const found = await tx.organizationDiscount.findUniqueOrThrow({
        where: key,
        select: { basisPoints: true },
      });
      if (found.basisPoints === basisPoints) return;
      await tx.organizationDiscount.update({
        where: key,
        data: { basisPoints },
        select: { basisPoints: true },
      });
    }
    await auditOf(tools).record(tx, operatorCall(organizationId, operator), {
      action: 'discount.set',
      resource: { kind: 'Organization', id: organizationId },
      after: { percent: percentText(BigInt(basisPoints)), from: monthText, reason: operator.reason },
    });
  });
  tools.print(`${organizationId} pays ${percentText(BigInt(basisPoints))} percent less from ${monthText} on`);
};

const basisPointsOf = (text = ''): number => {
  const [, whole = '', part = ''] = /^(\d{1,3})(?:\.(\d{1,2}))?$/.exec(text) ?? [];
  const points = whole === '' ? Number.NaN : Number(whole) * 100 + Number(part.padEnd(2, '0'));
  if (points <= 10_000) return points;
  throw new UsageError(`"${text}" is no discount: write percent from 0 to 100, as 12.5.`);
};

const monthOf = (text: string | undefined, nowMs: number): Date => {
  const next = new Date(periodOf(nowMs).toMs);
  const since = /^\d{4}-(0[1-9]|1[0-2])$/.test(text ?? '') ? new Date(`${text}-01T00:00:00.000Z`) : null;
  if (since !== null && since >= next) return since;
  throw new UsageError(
    `Give --from MONTH, ${next.toISOString().slice(0, 7)} or later: the prices of a month that has begun are fixed.`,
  );
};
