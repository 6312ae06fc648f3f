import type { TestApi } from './api-for-tests.ts';

export interface UsedHour {
  readonly clusterId: string;
  readonly hour: Date;
  readonly kind: string;
  readonly meter: string;
  readonly topic: string;
  readonly principal: string;
  readonly keyId?: string;
  readonly quantity: bigint;
}

/** An hour of usage as the worker derives it: by all that tells usage apart, and added up by cluster. */
export const addUsedHour = async ({ platform: { db } }: TestApi, row: UsedHour): Promise<void> => {
  await db.usageHour.create({ data: row });
  const { clusterId, hour, kind, meter, quantity } = row;
  const key = { clusterId, hour, kind, meter };
  await db.usageClusterHour.upsert({
    where: { clusterId_hour_kind_meter: key },
    create: { ...key, quantity },
    update: { quantity: { increment: quantity } },
  });
};
