import type { Period } from '@weir/billing/period';
import type { Terms } from '@weir/billing/price-book';
import { bookOf } from '@weir/billing/price-books';
import type { ControlTx } from '@weir/db/control';

/** What a period of an organization is rated by: the price book, and the discount that it had when the period began. */
export const readTerms = async (db: ControlTx, organizationId: string, period: Period): Promise<Terms> => {
  const found = await db.organizationDiscount.findFirst({
    where: { organizationId, since: { lte: new Date(period.fromMs) } },
    orderBy: { since: 'desc' },
    select: { basisPoints: true },
  });
  return { book: bookOf(period), discountBasisPoints: BigInt(found?.basisPoints ?? 0) };
};
