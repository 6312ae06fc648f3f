import { brokerNotRegistered } from '../broker-rules.ts';
import type { MetadataStore } from '../port.ts';
import type { CellDatabase } from './database.ts';
import { type BrokerRow, brokerColumns, brokerFrom } from './rows.ts';

export function cordonBroker(
  database: CellDatabase,
  brokerId: number,
  isCordoned: boolean,
): ReturnType<MetadataStore['cordonBroker']> {
  return database.mutate('cordonBroker', async (mutation) => {
    const [row] = await mutation.query<BrokerRow>(
      `SELECT ${brokerColumns} FROM brokers b WHERE b.broker_id = $1`,
      [brokerId],
    );
    if (row === undefined) return brokerNotRegistered(brokerId);
    if (row.is_cordoned !== isCordoned) {
      const mark = 'UPDATE brokers SET is_cordoned = $2, version = $3 WHERE broker_id = $1';
      await mutation.query(mark, [brokerId, isCordoned, mutation.version]);
      mutation.changed();
    }
    return { ok: true, value: { ...brokerFrom(row), isCordoned } };
  });
}
