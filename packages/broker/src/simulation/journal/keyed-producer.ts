import type { JournalStage } from './journal-stage.ts';

/** Writes records with keys outside of all transactions, each once, whatever becomes of it. */
export async function writeKeys(at: JournalStage, name: string): Promise<void> {
  const { stage } = at;
  const { world } = stage;
  let client = await at.connect(name);
  for (let count = 1; client !== null; count += 1) {
    // What is given up may still arrive, behind what comes after it: each batch has a writer of its own.
    const entries = {
      writer: `${name}.${count}`,
      entries: at.newEntries(),
      transaction: null,
      sequence: null,
    };
    const batch = at.newBatch({ ...entries, partition: world.random.pick(at.partitions) });
    await at.produce(client, batch, { version: 9, transactionalId: null });
    await world.sleep(world.delay(5, 250));
    client = await at.connect(name, client);
  }
}
