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

/** Where usage of these days goes, as the worker makes it. */
export const makeUsageDays = async (
  { platform: { db } }: TestApi,
  ...days: readonly Date[]
): Promise<void> => {
  await db.$executeRaw`SELECT make_usage_day(day)::text FROM unnest(${[...days]}::timestamptz[]) AS day`;
};

/** An hour of usage as the worker derives it: by all that tells usage apart, and added up by cluster. */
export const addUsedHour = async (api: TestApi, row: UsedHour): Promise<void> => {
  const { db } = api.platform;
  await makeUsageDays(api, row.hour);
  const { clusterId, hour, keyId = '', kind, meter, principal, quantity, topic } = row;
  const about = { clusterId, meter, topic, principal, keyId };
  const add = { quantity: { increment: quantity } };
  await db.usageHour.upsert({
    where: { clusterId_hour_kind_meter_topic_principal_keyId: { ...about, hour, kind } },
    create: { ...about, hour, kind, quantity },
    update: add,
  });
  const day = new Date(Math.floor(hour.getTime() / 86_400_000) * 86_400_000);
  await db.usageDay.upsert({
    where: { clusterId_day_kind_meter_topic_principal_keyId: { ...about, day, kind } },
    create: { ...about, day, kind, quantity },
    update: add,
  });
  const key = { clusterId, hour, kind, meter };
  await db.usageClusterHour.upsert({
    where: { clusterId_hour_kind_meter: key },
    create: { ...key, quantity },
    update: add,
  });
};
