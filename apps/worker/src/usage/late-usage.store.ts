import type { ReceivedUsageReport } from '@weir/contracts/jobs/usage-report';
import type { ControlTx } from '@weir/db/control';
import { addRows, dayOf } from './usage.store.ts';

export type LateOutcome = 'taken' | 'repeated';

/**
 * A window of a day whose ledger is gone. Which windows that day had is known for good: one of them changes nothing, and
 * another is added to hours and days, by which its month is rated, so that the next invoice has it as an adjustment. Its
 * rows stay in `usage_late`. Peaks of it are of no hour. The caller holds `lockIntake`.
 */
export const addLate = async (tx: ControlTx, report: ReceivedUsageReport): Promise<LateOutcome> => {
  const { bootEpoch, brokerId, windowStartMs } = report;
  const day = dayOf(windowStartMs);
  const start = new Date(windowStartMs);
  const noted = await tx.$executeRaw`
    INSERT INTO usage_sealed_windows AS known (day, broker_id, boot_epoch, numbers)
    SELECT ${day}::timestamptz, ${brokerId}::int, ${bootEpoch}::int, int8multirange(int8range(number, number + 1))
      FROM usage_window_number(${start}::timestamptz) AS number
    ON CONFLICT (day, broker_id, boot_epoch) DO UPDATE SET numbers = known.numbers + EXCLUDED.numbers
     WHERE NOT known.numbers @> EXCLUDED.numbers`;
  if (noted === 0) return 'repeated';
  await addRows(tx, 'usage_late', [report]);
  return 'taken';
};
