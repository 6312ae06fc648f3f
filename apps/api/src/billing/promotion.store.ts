import { Injectable } from '@nestjs/common';
import type { ControlTx } from '@weir/db/control';

export interface PromotionRow {
  readonly description: string;
  readonly micros: bigint;
  readonly currency: string;
  /** Days from its redemption on in which a credit is good; null: it stays. */
  readonly creditDays: number | null;
  /** From then on nobody redeems it. */
  readonly expiresAt: Date;
  readonly redemptions: number;
  readonly redemptionsMax: number;
}

export interface NewPromotionCredit {
  readonly id: string;
  readonly organizationId: string;
  readonly description: string;
  readonly micros: bigint;
  readonly currency: string;
  readonly expiresAt: Date | null;
}

/** What a credit is called by that a code gave. No operator can call one so. */
const referenceOf = (code: string): string => `promotion:${code}`;

/** Codes that operators made, and what was taken of them. */
@Injectable()
export class PromotionStore {
  /** Until the transaction ends nobody else takes of it. Null: there is none. */
  async lock(tx: ControlTx, code: string): Promise<PromotionRow | null> {
    const [row = null] = await tx.$queryRaw<PromotionRow[]>`
      SELECT description, micros, currency, credit_days AS "creditDays", expires_at AS "expiresAt", redemptions,
             redemptions_max AS "redemptionsMax"
        FROM promotion_codes WHERE code = ${code} FOR UPDATE`;
    return row;
  }

  async isTaken(tx: ControlTx, organizationId: string, code: string): Promise<boolean> {
    const where = { organizationId, reference: referenceOf(code) };
    return (await tx.billingCredit.count({ where })) > 0;
  }

  async take(tx: ControlTx, code: string, credit: NewPromotionCredit): Promise<void> {
    const data = { ...credit, kind: 'PROMOTION', reference: referenceOf(code) };
    await tx.billingCredit.create({ data, select: { id: true } });
    await tx.promotionCode.update({
      where: { code },
      data: { redemptions: { increment: 1 } },
      select: { code: true },
    });
  }
}
