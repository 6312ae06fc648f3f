import { offsetFor } from '../fetch-client.ts';
import { type Client, NoAnswer } from '../wire-client.ts';
import { Violation } from '../world.ts';
import type { Scan } from './journal.ts';
import { fetchOffset, scan } from './journal-reader.ts';
import { type JournalStage, journalTopic } from './journal-stage.ts';

/** Longer than any transaction may take, and than its markers take where the disk rests. */
const decidedMsMax = 60_000;

/** Reads all of the journal, in peace, once every transaction is over, and compares it with what was told. */
export async function checkJournal(at: JournalStage): Promise<void> {
  const { stage, journal, partitions } = at;
  const client = await at.insistOnClient('checker');
  try {
    for (const partition of partitions) await untilDecided(at, client, partition);
    const scans: Scan[] = [];
    for (const partition of partitions) scans.push(await scanAll(at, client, partition));
    journal.isAtRest = true;
    for (const id of journal.transactions.keys())
      while (!(await fetchOffset(at, client, id))) await stage.world.sleep(100);
    journal.settle();
    const all = [...journal.transactions.values()].flat();
    const byOthers = all.filter(({ wasEndedByOthers }) => wasEndedByOthers).length;
    stage.happened.add('transaction ended by others', byOthers);
    for (const scanned of scans) {
      journal.check(scanned, 0);
      journal.checkEnd(scanned.partition, scanned.to);
      journal.checkOrder(scanned.partition, scanned.found);
    }
  } catch (cause) {
    throw cause instanceof NoAnswer ? new Violation('the connection broke in peace', { cause }) : cause;
  }
  client.close();
}

/** Nothing stays undecided for ever: what its producer has left open is aborted when its time is over. */
async function untilDecided({ stage }: JournalStage, client: Client, partition: number): Promise<void> {
  const { world } = stage;
  for (const untilMs = world.now + decidedMsMax; ; ) {
    const of = { topic: journalTopic };
    const stable = await offsetFor(stage, client, partition, -1, { ...of, isCommittedOnly: true });
    const end = await offsetFor(stage, client, partition, -1, of);
    if (stable !== null && end !== null && stable.offset === end.offset) return;
    if (world.now > untilMs)
      throw new Violation(
        `journal-${partition} can be read up to ${stable?.offset}, and ends at ${end?.offset}`,
      );
    await world.sleep(100);
  }
}

async function scanAll(at: JournalStage, client: Client, partition: number): Promise<Scan> {
  for (;;) {
    const scanned = await scan(at, client, partition, true);
    if (scanned !== null) return scanned;
    await at.stage.world.sleep(100);
  }
}
