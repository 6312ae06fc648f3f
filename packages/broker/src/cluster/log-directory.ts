import { newTopicId } from '@weir/metadata-store/topic-id';
import type { Deps } from '../deps.ts';
import { StartProblem } from './broker-life.ts';

const file = 'meta.properties';

interface Said {
  readonly id: string;
  /** Of the last life that is known to have begun here; null: the file is from before it was noted. */
  readonly bootEpoch: number | null;
  /** Registrations begun since, of which nobody knows whether they were heard. */
  readonly registrations: number;
  /** Under which boot of the machine what was acknowledged may be in its memory alone; null: all of it is on the disk. */
  readonly unsyncedBoot: string | null;
}

/**
 * The directory that holds the logs, as its own meta.properties tells of it (KIP-858): its name, given at the first
 * start, and which lives of the broker it has seen. One that has missed a life is a copy, or was set back.
 */
export class LogDirectory {
  readonly #disk: Deps['disk'];
  readonly #brokerId: number;
  #said: Said;

  private constructor(disk: Deps['disk'], brokerId: number, said: Said) {
    this.#disk = disk;
    this.#brokerId = brokerId;
    this.#said = said;
  }

  /** StartProblem where the directory is another broker's, or says nothing that can be read. */
  static async open(
    { disk, random }: Pick<Deps, 'disk' | 'random'>,
    brokerId: number,
  ): Promise<LogDirectory> {
    const known = await disk.readWhole(file);
    if (known !== null) return new LogDirectory(disk, brokerId, readOwn(known.toString('utf8'), brokerId));
    const id = newTopicId((length) => random.bytes(length));
    await disk.makeDir('');
    const directory = new LogDirectory(disk, brokerId, {
      ...{ id, bootEpoch: 0, registrations: 0, unsyncedBoot: null },
    });
    await directory.#write(directory.#said);
    return directory;
  }

  get id(): string {
    return this.#said.id;
  }

  /** No later life than this one can have begun here; null: that is not known. */
  get lastBootEpochMax(): number | null {
    const { bootEpoch, registrations } = this.#said;
    return bootEpoch === null ? null : bootEpoch + registrations;
  }

  /** Whether what was acknowledged here went with the memory of a machine that runs anew. null: that cannot be told. */
  hasLostWrites(machineBoot: string | null): boolean {
    const { unsyncedBoot } = this.#said;
    return unsyncedBoot !== null && machineBoot !== null && unsyncedBoot !== machineBoot;
  }

  /** A life is about to begin: if its answer is lost, this directory has seen it all the same. */
  async registering(): Promise<void> {
    const { bootEpoch, registrations } = this.#said;
    if (bootEpoch !== null) await this.#write({ ...this.#said, registrations: registrations + 1 });
  }

  /** `unsyncedBoot`: what this life acknowledges may not be on the disk, but in the memory of that boot. */
  async registered(bootEpoch: number, unsyncedBoot: string | null): Promise<void> {
    await this.#write({ ...this.#said, bootEpoch, registrations: 0, unsyncedBoot });
  }

  /** The life is over, and all that it acknowledged is on the disk. */
  async synced(): Promise<void> {
    if (this.#said.unsyncedBoot !== null) await this.#write({ ...this.#said, unsyncedBoot: null });
  }

  async #write(said: Said): Promise<void> {
    const lines = [
      'version=1',
      `node.id=${this.#brokerId}`,
      `directory.id=${said.id}`,
      `boot.epoch=${said.bootEpoch ?? 0}`,
      `registrations=${said.registrations}`,
      ...(said.unsyncedBoot === null ? [] : [`unsynced.boot=${said.unsyncedBoot}`]),
    ];
    await this.#disk.replace(file, Buffer.from(`${lines.join('\n')}\n`));
    await this.#disk.syncDir('');
    this.#said = said;
  }
}

function readOwn(text: string, brokerId: number): Said {
  const node = /^node\.id=(\d+)$/m.exec(text)?.[1];
  const id = /^directory\.id=([A-Za-z0-9_-]{22})$/m.exec(text)?.[1];
  if (node === undefined || id === undefined) {
    throw new StartProblem(
      `${file} in the directory of the logs cannot be read. Bring it back from a copy: it names the directory.`,
    );
  }
  if (Number(node) !== brokerId) {
    throw new StartProblem(
      `The directory of the logs belongs to broker ${node}, and this is broker ${brokerId}. Start it with its own id, or choose another directory.`,
    );
  }
  const epoch = /^boot\.epoch=(\d+)$/m.exec(text)?.[1];
  const registrations = /^registrations=(\d+)$/m.exec(text)?.[1];
  return {
    id,
    bootEpoch: epoch === undefined ? null : Number(epoch),
    registrations: Number(registrations ?? 0),
    unsyncedBoot: /^unsynced\.boot=(\S+)$/m.exec(text)?.[1] ?? null,
  };
}
