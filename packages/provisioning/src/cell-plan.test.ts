import type { BrokerRecord, PartitionRecord } from '@weir/metadata-store/model';
import type { WholeCell } from '@weir/metadata-store/whole-cell';
import { describe, expect, it } from 'vitest';
import type { CellBrokerRow, CellRow } from './cell.store.ts';
import { bootstrapOf, nextCellStep, stepBeforeStore } from './cell-plan.ts';

const row = (brokerId: number, change: Partial<CellBrokerRow> = {}): CellBrokerRow => ({
  ...{ brokerId, rack: 1, port: 19_000 + brokerId, wanted: 'RUN', generation: 1, runningGeneration: 1 },
  problem: null,
  ...change,
});

const cellOf = (
  brokersWanted: number,
  brokers: readonly CellBrokerRow[],
  change: Partial<CellRow> = {},
): CellRow => ({
  ...{ id: 'cell-0123456789', kind: 'dedicated', cloud: 'LOCAL', region: 'local', state: 'OPEN' },
  ...{
    brokersWanted,
    racks: 1,
    generation: 1,
    hasStore: true,
    bootstrapEndpoint: null,
    problem: null,
    brokers,
  },
  ...change,
});

const broker = (brokerId: number, change: Partial<BrokerRecord> = {}): BrokerRecord => ({
  ...{ brokerId, bootEpoch: 1, host: 'localhost', port: 1, peerHost: null, peerPort: null, rack: null },
  ...{ machine: null, programVersion: null, directoryId: `d${brokerId}`, isFenced: false, isCordoned: false },
  ...change,
});

const on = (replicas: readonly number[], change: Partial<PartitionRecord> = {}) => ({
  topicId: 't',
  partition: 0,
  record: {
    ...{ leader: replicas[0] ?? -1, leaderEpoch: 0, partitionEpoch: 0, replicas, isr: replicas },
    ...{ eligibleReplicas: [], uncleanEpoch: -1, reassignment: null },
    ...change,
  },
});

const whole = (
  brokers: readonly BrokerRecord[],
  ...partitions: readonly ReturnType<typeof on>[]
): WholeCell => ({
  brokers,
  partitions: partitions.map((placed, partition) => ({ ...placed, partition })),
});

describe('a cell', () => {
  it('gets the brokers that it lacks, then waits for its store, and for each broker with what is in its way', () => {
    expect(stepBeforeStore(cellOf(2, [row(1001)]))).toEqual({ do: 'add-brokers' });
    expect(stepBeforeStore(cellOf(1, [row(1001)], { hasStore: false }))).toMatchObject({ do: 'wait' });
    expect(stepBeforeStore(cellOf(1, [row(1001)]))).toBeNull();
    const away = cellOf(2, [row(1001), row(1002, { problem: 'its port is taken' })]);
    expect(nextCellStep(away, whole([broker(1001)]))).toEqual({
      do: 'wait',
      why: 'broker 1002 does not answer: its port is taken',
    });
    const fenced = whole([broker(1001), broker(1002, { isFenced: true })]);
    expect(nextCellStep(away, fenced)).toMatchObject({ do: 'wait' });
  });

  it('that has grown gives each partition the copies that it lacked, and waits until they are there', () => {
    const cell = cellOf(2, [row(1001), row(1002)]);
    const grown = whole([broker(1001), broker(1002)], on([1001]));
    const step = nextCellStep(cell, grown);
    expect(step).toMatchObject({ do: 'move', asked: [{ topicId: 't', partition: 0 }] });
    expect(step.do === 'move' && new Set(step.asked[0]?.to)).toEqual(new Set([1001, 1002]));
    const underWay = on([1001, 1002], { isr: [1001], reassignment: { from: [1001], to: [1001, 1002] } });
    expect(nextCellStep(cell, whole(grown.brokers, underWay))).toMatchObject({ do: 'wait' });
    expect(nextCellStep(cell, whole(grown.brokers, on([1001, 1002])))).toEqual({ do: 'nothing' });
  });

  it('that shrinks ends who came last, and only once nothing is on it', () => {
    const cell = cellOf(1, [row(1001), row(1002)]);
    const both = on([1002, 1001]);
    const before = whole([broker(1001), broker(1002)], both);
    expect(nextCellStep(cell, before)).toEqual({ do: 'cordon', brokerId: 1002, isCordoned: true });
    const cordoned = [broker(1001), broker(1002, { isCordoned: true })];
    expect(nextCellStep(cell, whole(cordoned, both))).toMatchObject({ do: 'move', asked: [{ to: [1001] }] });
    expect(nextCellStep(cell, whole(cordoned, on([1001])))).toEqual({ do: 'end-brokers', brokerIds: [1002] });
    const ended = cellOf(1, [row(1001), row(1002, { wanted: 'GONE' })]);
    expect(nextCellStep(ended, whole(cordoned, on([1001])))).toEqual({ do: 'nothing' });
  });

  it('that is to grow again meanwhile keeps who was to leave', () => {
    const cell = cellOf(2, [row(1001), row(1002)]);
    const cordoned = whole([broker(1001), broker(1002, { isCordoned: true })], on([1001, 1002]));
    expect(nextCellStep(cell, cordoned)).toEqual({ do: 'cordon', brokerId: 1002, isCordoned: false });
  });

  it('restarts one broker at a time, and only while every replica is in sync', () => {
    const brokers = [broker(1001), broker(1002)];
    const [renewed, older] = [row(1001, { generation: 2, runningGeneration: 2 }), row(1002)];
    const first = cellOf(2, [row(1001), older], { generation: 2 });
    const behind = on([1001, 1002], { isr: [1001] });
    expect(nextCellStep(first, whole(brokers, behind))).toMatchObject({ do: 'wait' });
    const inSync = whole(brokers, on([1001, 1002]));
    expect(nextCellStep(first, inSync)).toEqual({ do: 'restart-broker', brokerId: 1001 });
    const starting = cellOf(2, [row(1001, { generation: 2 }), older], { generation: 2 });
    expect(nextCellStep(starting, inSync)).toMatchObject({ do: 'wait' });
    expect(nextCellStep(cellOf(2, [renewed, older], { generation: 2 }), inSync)).toEqual({
      do: 'restart-broker',
      brokerId: 1002,
    });
  });

  it('is reached by its first three brokers, once each has a port', () => {
    const rows = [1001, 1002, 1003, 1004].map((id) => row(id));
    expect(bootstrapOf(cellOf(4, rows), 'localhost')).toBe('localhost:20001,localhost:20002,localhost:20003');
    expect(bootstrapOf(cellOf(1, [row(1001, { port: null })]), 'localhost')).toBeNull();
  });
});
