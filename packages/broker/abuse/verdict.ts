import type { Complaint, Figures, Memory } from './messages.ts';

/** What must hold for the quiet tenant, whatever the others do. */
export interface Bounds {
  readonly p99Factor: number;
  readonly p99MoreMs: number;
  readonly gapMsMax: number;
}

export const campaignBounds: Bounds = { p99Factor: 1.5, p99MoreMs: 2, gapMsMax: 250 };

const mebibyte = 1024 * 1024;
/**
 * What a broker's heap wavers by, with the entries of its caches for many small batches; and what lies in caches that
 * are kept for whoever comes next (tail cache and free frames).
 */
const heapNoiseBytes = 80 * mebibyte;
const cacheBytes = 160 * mebibyte;
const restartFactor = 1.5;
const restartMoreMs = 300;

export interface Observed {
  /** The victim's p99 beside an abuser that idles, milliseconds. */
  readonly baselineP99Ms: number;
  readonly figures: Figures;
  readonly isAlive: boolean;
  readonly complaints: readonly Complaint[];
  readonly abuserProblem: string | null;
  /** Null where the broker is gone, or where it is not asked. */
  readonly memory: {
    readonly before: Memory;
    readonly after: Memory;
    readonly keptBytesMax: number;
  } | null;
  readonly restart: { readonly beforeMs: number; readonly afterMs: number } | null;
}

/** What did not hold, a sentence each; nothing when all did. */
export function problemsOf(observed: Observed, bounds: Bounds = campaignBounds): string[] {
  const { figures, baselineP99Ms, memory, restart } = observed;
  const problems: string[] = [];
  if (!observed.isAlive) problems.push('the broker is dead');
  const p99Max = Math.max(baselineP99Ms * bounds.p99Factor, baselineP99Ms + bounds.p99MoreMs);
  if (figures.p99Ms > p99Max)
    problems.push(`p99 ${figures.p99Ms.toFixed(1)} ms, ${baselineP99Ms.toFixed(1)} alone`);
  if (figures.gapMs > bounds.gapMsMax) problems.push(`a gap of ${figures.gapMs.toFixed(0)} ms`);
  if (figures.errors.length > 0)
    problems.push(
      `${figures.errors.length} errors of the victim: ${[...new Set(figures.errors)].join('; ')}`,
    );
  for (const event of new Set(observed.complaints.map((complaint) => complaint.event))) {
    const those = observed.complaints.filter((complaint) => complaint.event === event);
    problems.push(`${those.length} × ${event} ${those[0]?.fields.slice(0, 300) ?? ''}`);
  }
  if (observed.abuserProblem !== null) problems.push(`the abuser: ${observed.abuserProblem}`);
  if (memory !== null) problems.push(...memoryProblems(memory));
  if (
    restart !== null &&
    restart.afterMs > Math.max(restart.beforeMs * restartFactor, restart.beforeMs + restartMoreMs)
  )
    problems.push(`a restart of ${restart.afterMs.toFixed(0)} ms, ${restart.beforeMs.toFixed(0)} before`);
  return problems;
}

/** Whether the broker's memory is back, within what its tenants may keep and what its caches hold. */
export function memoryProblems({ before, after, keptBytesMax }: NonNullable<Observed['memory']>): string[] {
  const problems: string[] = [];
  const heapMore = after.heapBytes - before.heapBytes;
  const bufferMore = after.bufferBytes - before.bufferBytes;
  if (heapMore > heapNoiseBytes + keptBytesMax)
    problems.push(`${Math.round(heapMore / mebibyte)} MiB more on the heap`);
  if (bufferMore > cacheBytes + keptBytesMax)
    problems.push(`${Math.round(bufferMore / mebibyte)} MiB more of buffers`);
  return problems;
}
