import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import type { BrokerRecord } from '@weir/metadata-store/model';
import type { CellBrokerRow } from '@weir/provisioning/cell.store';
import { expect, test } from 'vitest';
import { presentBroker } from './broker.present.ts';

const row: CellBrokerRow = {
  ...{ brokerId: 1, rack: 1, port: 1, wanted: 'RUN', generation: 2, runningGeneration: 2, problem: null },
};
const record: BrokerRecord = { ...brokerOf(1), bootEpoch: 1, isFenced: false, isCordoned: false };

test.each([
  ['STARTING', row, null],
  ['STARTING', { ...row, runningGeneration: null }, null],
  ['RUNNING', row, record],
  ['RESTARTING', { ...row, runningGeneration: 1 }, { ...record, isFenced: true }],
  ['LEAVING', row, { ...record, isCordoned: true }],
  ['LEAVING', { ...row, wanted: 'GONE' }, record],
  ['AWAY', row, { ...record, isFenced: true }],
] as const)('is %s as what is wanted and what the cell has seen of it say', (state, wanted, seen) => {
  expect(presentBroker(wanted, seen, undefined, null)).toMatchObject({ broker_id: 1, state, replicas: 0 });
});
