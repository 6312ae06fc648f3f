import type { PartitionRecord } from '@weir/metadata-store/model';
import { leaderSilenceMsMax } from '../cell-limits.ts';
import { Floors } from './floors.ts';
import type { Happened } from './happened.ts';
import { Violation } from './world.ts';

/** What a broker has answered a consumer about one partition. */
export interface Answer {
  readonly partition: number;
  readonly brokerId: number;
  readonly highWatermark: number;
  readonly bytes: number;
  /** When it was asked. */
  readonly askedMs: number;
}

/** A leader that is silent is noticed after that; what it told before, and the row, may be on their way for as long. */
const behindMsMax = leaderSilenceMsMax + 1_500;

type Row = Pick<PartitionRecord, 'leader' | 'leaderEpoch'>;

/** What a leader has told in one term. */
interface Term {
  readonly leaderEpoch: number;
  readonly marks: Floors;
}

/** What consumers that are in a zone are told of high watermarks, by leaders and by the followers that serve them. */
export class NearReads {
  private readonly happened: Happened;
  private readonly rowOf: (partition: number) => Promise<Row>;
  private readonly terms = new Map<number, Term>();

  constructor(happened: Happened, rowOf: (partition: number) => Promise<Row>) {
    this.happened = happened;
    this.rowOf = rowOf;
  }

  /** One that leads no more, and has not heard of it, tells nothing of the term. */
  async ofLeader({ partition, brokerId, highWatermark }: Answer, nowMs: number): Promise<void> {
    const { leader, leaderEpoch } = await this.rowOf(partition);
    if (leader !== brokerId) return;
    const known = this.terms.get(partition);
    const term = known?.leaderEpoch === leaderEpoch ? known : { leaderEpoch, marks: new Floors() };
    term.marks.raise('', highWatermark, nowMs);
    this.terms.set(partition, term);
  }

  /**
   * A follower that cannot be told what is committed sends its readers away, and keeps none waiting for it. In a new
   * term the leader may not know yet itself.
   */
  async ofFollower({ partition, brokerId, highWatermark, bytes, askedMs }: Answer): Promise<void> {
    if (bytes > 0) this.happened.add('read from a follower');
    const term = this.terms.get(partition);
    const due = term?.marks.of('', askedMs - behindMsMax) ?? -1;
    if (highWatermark >= due || (await this.rowOf(partition)).leaderEpoch !== term?.leaderEpoch) return;
    throw new Violation(
      `partition ${partition}: broker ${brokerId} follows, and serves up to ${highWatermark}, ${behindMsMax} ms after its leader served up to ${due}`,
    );
  }
}
