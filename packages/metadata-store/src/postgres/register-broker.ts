import type { BrokerRecord } from '../model.ts';
import { StoreError } from '../port.ts';
import type { CellDatabase } from './database.ts';
import { type BrokerRow, brokerColumns, brokerFrom } from './rows.ts';

export function registerBroker(
  database: CellDatabase,
  broker: Omit<BrokerRecord, 'bootEpoch'>,
): Promise<BrokerRecord> {
  return database.mutate('registerBroker', async (mutation) => {
    const [row] = await mutation.query<BrokerRow>(
      `INSERT INTO brokers (broker_id, boot_epoch, host, port, replica_count, leader_count, version)
       VALUES ($1, 1, $2, $3, 0, 0, $4)
       ON CONFLICT (broker_id) DO UPDATE
       SET boot_epoch = brokers.boot_epoch + 1, host = excluded.host, port = excluded.port,
           version = excluded.version
       RETURNING ${brokerColumns}`,
      [broker.brokerId, broker.host, broker.port, mutation.version],
    );
    if (row === undefined) throw new StoreError('registerBroker: the upsert returned no row');
    mutation.changed();
    return brokerFrom(row);
  });
}
