import { replicasMin } from '../cell-disturbance.ts';
import type { Configs, SimulatedCell } from '../simulated-cell.ts';
import type { Access, Stage } from '../stage.ts';
import { readJournal } from './journal-reader.ts';
import { drawJournal, JournalStage, journalTopic } from './journal-stage.ts';
import { writeKeys } from './keyed-producer.ts';
import { deleteRecords } from './record-deleter.ts';
import { writeInTransactions } from './transactional-producer.ts';

export interface JournalSurroundings {
  readonly stage: Stage;
  readonly cell: SimulatedCell;
  readonly open: Access['open'];
  /** As late as any broker's clock has told. */
  readonly latestMs: () => number;
  readonly brokerCount: number;
  /** Of the run's other topic. */
  readonly configs: Configs;
  /** Nobody sets the brokers' clocks. */
  readonly hasSteadyClock: boolean;
}

/** Makes the journal's topic, and lets everybody begin who uses it. */
export async function openJournal(of: JournalSurroundings): Promise<JournalStage> {
  const { stage, cell, configs, brokerCount } = of;
  const shape = drawJournal(stage.world.random, of.hasSteadyClock);
  // Markers go where they can be written: a move to fewer replicas must not keep transactions open for ever.
  const minimum = Math.min(Number(configs['min.insync.replicas'] ?? 1), replicasMin);
  const all = { ...configs, 'min.insync.replicas': String(minimum), ...shape.configs };
  await cell.addTopic(journalTopic, shape.partitionCount, all, brokerCount);
  const at = new JournalStage(stage, of.open, shape, of.latestMs);
  start(at);
  return at;
}

function start(at: JournalStage): void {
  const { world } = at.stage;
  const { random } = world;
  const ids = random.integer(1, 3);
  for (let id = 1; id <= ids; id += 1) {
    // Two of one id, who fence each other.
    const producers = random.chance(0.3) ? 2 : 1;
    for (let producer = 1; producer <= producers; producer += 1)
      world.start(writeInTransactions(at, `id-${id}`, `producer-${id}.${producer}`));
  }
  world.start(writeKeys(at, 'writer'));
  for (let reader = 1; reader <= 2; reader += 1) world.start(readJournal(at, `reader-${reader}`));
  if (at.shape.isDeletedFrom) world.start(deleteRecords(at));
}
