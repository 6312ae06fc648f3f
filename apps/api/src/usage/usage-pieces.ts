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

/** A piece that is added to the others, or taken off them. */
export interface SignedPiece extends Piece {
  readonly sign: 1 | -1;
}

/**
 * An interval of whole minutes in pieces that add up to it, of about the fewest rows: most of a day is that day less its
 * rest. For what adds up over time; what is read of them belongs to one moment, and one name may come to nothing. Pure.
 */
export const signedPiecesOf = ({ from, to }: Interval): readonly SignedPiece[] =>
  signed('day', from.getTime(), to.getTime(), 1);

const finer: Readonly<Record<Grain, Grain | null>> = { day: 'hour', hour: 'minute', minute: null };
const minus = { 1: -1, [-1]: 1 } as const;

const signed = (grain: Grain, fromMs: number, toMs: number, sign: 1 | -1): readonly SignedPiece[] => {
  if (fromMs >= toMs) return [];
  const next = finer[grain];
  if (next === null) return [{ grain, fromMs, toMs, sign }];
  const nearest = (ms: number) => Math.round(ms / grainMs[grain]) * grainMs[grain];
  const [wholeFromMs, wholeToMs] = [nearest(fromMs), nearest(toMs)];
  if (wholeFromMs >= wholeToMs) return signed(next, fromMs, toMs, sign);
  return [
    ...signed(next, fromMs, wholeFromMs, sign),
    ...signed(next, wholeFromMs, fromMs, minus[sign]),
    { grain, fromMs: wholeFromMs, toMs: wholeToMs, sign },
    ...signed(next, toMs, wholeToMs, minus[sign]),
    ...signed(next, wholeToMs, toMs, sign),
  ];
};
