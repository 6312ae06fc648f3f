import { deleteRecordsApi } from '@weir/kafka-protocol/apis/21-delete-records';
import { errorName } from '@weir/kafka-protocol/errors';
import { offsetFor } from '../fetch-client.ts';
import { type Client, NoAnswer } from '../wire-client.ts';
import { Violation } from '../world.ts';
import { type JournalStage, journalTopic } from './journal-stage.ts';

/** Deletes the oldest records now and then: what was acknowledged to be deleted is never there again (KIP-107). */
export async function deleteRecords(at: JournalStage): Promise<void> {
  const { world } = at.stage;
  let client = await at.connect('deleter');
  while (client !== null) {
    await world.sleep(world.delay(200, 3_000));
    try {
      await deleteSome(at, client);
    } catch (cause) {
      if (!(cause instanceof NoAnswer)) throw cause;
    }
    client = await at.connect('deleter', client);
  }
}

async function deleteSome({ stage, journal, partitions }: JournalStage, client: Client): Promise<void> {
  const { world } = stage;
  const { random } = world;
  const partitionIndex = random.pick(partitions);
  const of = { topic: journalTopic };
  const first = await offsetFor(stage, client, partitionIndex, -2, of);
  const end = await offsetFor(stage, client, partitionIndex, -1, of);
  if (first === null || end === null || end.offset < first.offset) return;
  const offset = random.integer(first.offset, end.offset);
  journal.deletes(partitionIndex, offset);
  const topics = [{ name: journalTopic, partitions: [{ partitionIndex, offset }] }];
  const timeoutMs = random.pick([100, 5_000]);
  const answer = await client.request(deleteRecordsApi, 1, { topics, timeoutMs });
  const told = answer.topics[0]?.partitions[0];
  if (told === undefined) throw new Violation('a deletion was answered without its partition');
  if (errorName(told.errorCode) !== 'NONE') return;
  if (told.lowWatermark < offset)
    throw new Violation(
      `journal-${partitionIndex}: deleted up to ${offset}, and it begins at ${told.lowWatermark}`,
    );
  stage.happened.add('records deleted');
  journal.starts.raise(String(partitionIndex), offset, world.now);
}
