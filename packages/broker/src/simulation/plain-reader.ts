import { fetchFrom } from './fetch-client.ts';
import { type GroupReader, takePart } from './session-reader.ts';
import type { Stage } from './stage.ts';
import type { Client } from './wire-client.ts';

const options = { maxWaitMs: 50, maxBytes: 1 << 20, partitionMaxBytes: 64 * 1024 };

/** Reads on from positions, one partition after the other: each may have another leader. */
export class PlainReader implements GroupReader {
  readonly positions = new Map<number, number>();
  private readonly stage: Stage;

  constructor(stage: Stage) {
    this.stage = stage;
  }

  restart(positions: ReadonlyMap<number, number>): void {
    this.positions.clear();
    for (const [partition, position] of positions) this.positions.set(partition, position);
  }

  async fetch(client: Client): Promise<void> {
    for (const [partition, position] of [...this.positions]) {
      const { parts } = await fetchFrom(this.stage, client, new Map([[partition, position]]), options);
      for (const part of parts) takePart(this.stage, this.positions, part);
    }
  }
}
