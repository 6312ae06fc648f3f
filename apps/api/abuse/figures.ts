/** One thing that the quiet person did. */
export interface Sample {
  readonly kind: string;
  /** When it was due, milliseconds since the epoch. */
  readonly dueMs: number;
  /** From when it was due to the last byte of its answer. */
  readonly tookMs: number;
  /** What was wrong with the answer, or null. */
  readonly error: string | null;
}

export interface Figures {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  readonly errors: readonly string[];
}

/** The rule: 1.5 times what it is alone or 2 ms more, whichever is larger, and never a gap above 250 ms. */
const timesAloneMax = 1.5;
const moreMsMax = 2;
export const gapMsMax = 250;

export const figuresOf = (samples: readonly Sample[]): Figures => {
  const sorted = samples.map(({ tookMs }) => tookMs).toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return {
    count: samples.length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    longestMs: sorted.at(-1) ?? 0,
    errors: samples.flatMap(({ kind, error }) => (error === null ? [] : [`${kind}: ${error}`])),
  };
};

/** The kinds of request whose p99 is beyond what it may be, with both figures. */
export const slowedKinds = (alone: readonly Sample[], beside: readonly Sample[]): readonly string[] => {
  const kinds = [...new Set(alone.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => {
    const [own, now] = [alone, beside].map((all) => figuresOf(all.filter((each) => each.kind === kind)));
    if (own === undefined || now === undefined) return [];
    const most = Math.max(own.p99Ms * timesAloneMax, own.p99Ms + moreMsMax);
    return now.p99Ms > most ? [`${kind} ${now.p99Ms.toFixed(0)} ms, alone ${own.p99Ms.toFixed(0)}`] : [];
  });
};
