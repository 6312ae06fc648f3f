import { staleBrokerEpoch } from '../broker-rules.ts';
import type { BrokerLifeId, MetadataStore } from '../port.ts';
import { checkSpent, type Spent, type SpentWindow } from '../restraints.ts';
import type { CellDatabase } from './database.ts';

/** Each life writes rows of its own, so that nobody waits for anybody. */
export async function shareSpent(
  database: CellDatabase,
  { bootEpoch, brokerId }: BrokerLifeId,
  told: readonly Spent[],
): ReturnType<MetadataStore['shareSpent']> {
  checkSpent(told);
  const kept = told.filter(({ windows }) => windows.length > 0);
  // What is read is as of before the statement: the own row is not of interest.
  const [row] = await database.read<{
    is_own: boolean;
    others: readonly { brokerId: number; limitId: string; windows: readonly SpentWindow[] }[];
  }>(
    'shareSpent',
    `WITH life AS (SELECT 1 FROM brokers WHERE broker_id = $1 AND boot_epoch = $2),
     gone AS (
       DELETE FROM spent_by_brokers WHERE EXISTS (SELECT 1 FROM life)
         AND ((broker_id = $1 AND boot_epoch = $2 AND limit_id = ANY ($3) AND NOT limit_id = ANY ($4))
           OR (told_at < now() - interval '40 days' AND (broker_id, boot_epoch) <> ($1, $2)))),
     told AS (
       INSERT INTO spent_by_brokers AS s (limit_id, broker_id, boot_epoch, windows, told_at)
       SELECT limit_id, $1, $2, windows, now() FROM unnest($4::text[], $5::jsonb[]) AS k (limit_id, windows)
        WHERE EXISTS (SELECT 1 FROM life)
       ON CONFLICT (limit_id, broker_id, boot_epoch)
       DO UPDATE SET windows = excluded.windows, told_at = excluded.told_at)
     SELECT EXISTS (SELECT 1 FROM life) AS is_own,
       coalesce((SELECT json_agg(json_build_object('brokerId', broker_id, 'limitId', limit_id, 'windows', windows))
         FROM spent_by_brokers
         WHERE limit_id = ANY ($3) AND (broker_id, boot_epoch) <> ($1, $2)
           AND told_at >= now() - interval '40 days'), '[]') AS others`,
    [
      brokerId,
      bootEpoch,
      told.map(({ limitId }) => limitId),
      kept.map(({ limitId }) => limitId),
      kept.map(({ windows }) => JSON.stringify(windows)),
    ],
  );
  return row?.is_own === true ? { ok: true, value: row.others } : staleBrokerEpoch(brokerId);
}
