export type Grain = 'minute' | 'hour' | 'day';

/** Whole minutes, hours or days that are read from where they are added up already. */
export interface Piece {
  readonly grain: Grain;
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

export interface Interval {
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
}

/** From when on usage is there as fine as that; before, only coarser. */
export interface KeptFrom {
  /** A day's beginning. */
  readonly minutesMs: number;
  /** A month's beginning. */
  readonly hoursMs: number;
}

export const grainMs: Readonly<Record<Grain, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const up = (ms: number, grain: Grain): number => Math.ceil(ms / grainMs[grain]) * grainMs[grain];
const down = (ms: number, grain: Grain): number => Math.floor(ms / grainMs[grain]) * grainMs[grain];

/** The minutes that begin in an interval; wider, by whole hours or days, where usage is not kept any finer. Pure. */
export const answerable = ({ from, to }: Interval, kept: KeptFrom): Interval => {
  const finest = (ms: number): Grain =>
    ms >= kept.minutesMs ? 'minute' : ms >= kept.hoursMs ? 'hour' : 'day';
  const [fromMs, toMs] = [up(from.getTime(), 'minute'), up(to.getTime(), 'minute')];
  return { from: new Date(down(fromMs, finest(fromMs))), to: new Date(up(toMs, finest(toMs))) };
};

/** An interval of whole minutes in the fewest pieces, none coarser than asked, that add up to exactly it. In order. Pure. */
export const piecesOf = ({ from, to }: Interval, coarsest: Grain): readonly Piece[] =>
  split({ grain: 'minute', fromMs: from.getTime(), toMs: to.getTime() }, coarsest);

const coarser: Readonly<Record<Grain, Grain | null>> = { minute: 'hour', hour: 'day', day: null };

const split = (piece: Piece, coarsest: Grain): readonly Piece[] => {
  const { fromMs, grain, toMs } = piece;
  if (fromMs >= toMs) return [];
  const next = grain === coarsest ? null : coarser[grain];
  if (next === null) return [piece];
  const [wholeFromMs, wholeToMs] = [up(fromMs, next), down(toMs, next)];
  if (wholeFromMs >= wholeToMs) return [piece];
  const edges = [
    { grain, fromMs, toMs: wholeFromMs },
    { grain, fromMs: wholeToMs, toMs },
  ].map((edge) => (edge.fromMs < edge.toMs ? [edge] : []));
  const [before = [], after = []] = edges;
  return [...before, ...split({ grain: next, fromMs: wholeFromMs, toMs: wholeToMs }, coarsest), ...after];
};
