import type { AbuseStage } from './abuse-stage.ts';
import type { Client } from './client.ts';

const chunkBytes = 64 * 1024;
const chunkFramesMax = 200;

/** Sends the frame over and over, as fast as the broker takes it, until the case is over or the connection is. */
export async function flood(stage: AbuseStage, client: Client, frame: Buffer): Promise<void> {
  const count = Math.min(Math.max(Math.floor(chunkBytes / frame.length), 1), chunkFramesMax);
  const chunk = Buffer.concat(new Array<Buffer>(count).fill(frame));
  while (!stage.isOver && !client.isClosed) {
    if (stage.send(client, chunk, count)) {
      // Room is left: others of this process have their turn before the next.
      await new Promise((resolve) => setImmediate(resolve));
      continue;
    }
    const drained = new Promise<void>((resolve) => client.socket.once('drain', () => resolve()));
    await stage.within(Promise.race([drained, client.closed]));
  }
}

/** Connections that go on with it: whoever is cut off comes back. */
export async function floodFrom(
  stage: AbuseStage,
  connections: number,
  open: () => Promise<Client>,
  frame: Buffer,
  readsAnswers = true,
): Promise<void> {
  const one = async () => {
    while (!stage.isOver) {
      try {
        const client = await open();
        if (!readsAnswers) client.socket.pause();
        await flood(stage, client, frame);
        // Unread answers lie where they are until the end of the case.
        if (!stage.isOver && !readsAnswers) await stage.within(client.closed);
      } catch (cause) {
        stage.erred(cause);
        await stage.pause(50);
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
}

/** Requests one after the other on so many connections, each made by `next`. */
export async function workFrom(
  stage: AbuseStage,
  connections: number,
  open: (index: number) => Promise<Client>,
  work: (client: Client, index: number, round: number) => Promise<unknown>,
): Promise<void> {
  const one = async (_: unknown, index: number) => {
    let client: Client | null = null;
    for (let round = 0; !stage.isOver; round += 1) {
      try {
        if (client === null || client.isClosed) client = await open(index);
        stage.requests += 1;
        await stage.within(work(client, index, round));
      } catch (cause) {
        stage.erred(cause);
        await stage.pause(50);
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
}
