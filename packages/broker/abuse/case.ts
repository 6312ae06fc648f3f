import type { AbuseStage } from './abuse-stage.ts';

/** One kind of abuse, by a name that `--only` takes. */
export interface AbuseCase {
  readonly name: string;
  /** A sentence for the table: who does what. */
  readonly does: string;
  /** In the short form too. */
  readonly isShort?: true;
  /** Begins over an empty directory, since what was stored before would hide what this stores. */
  readonly isFresh?: true;
  /** How much longer than others it takes to have its effect. */
  readonly lasts?: number;
  /** What its tenants may go on keeping, within their bounds, bytes on the heap. */
  readonly keptBytesMax?: number;
  /** Clients come by TLS. */
  readonly isTls?: true;
  /** For the broker, where it is not as planned; MiB. */
  readonly heapMb?: number;
  /** Clusters beside those that are always there. */
  readonly crowd?: number;
  /** What is made ready before the victim's figures begin. */
  prepare?(stage: AbuseStage): Promise<void>;
  /** Until `stage.isOver`. */
  run(stage: AbuseStage): Promise<void>;
}
