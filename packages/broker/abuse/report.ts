import { cpus, totalmem } from 'node:os';
import type { CaseResult } from './campaign.ts';
import { canPin } from './stage-process.ts';

const mebibytes = (bytes: number) => Math.round(bytes / (1024 * 1024));

/** One line for a terminal. */
export function resultLine(result: CaseResult): string {
  const { name, baselineP99Ms, window, problems } = result;
  const { effort } = window;
  const work =
    effort === null
      ? ''
      : `, broker's longest stretch ${effort.stretchMsMax.toFixed(0)} ms, busy ${(effort.busyShare * 100).toFixed(0)} %`;
  const { p50Ms, p99Ms, gapMs, count, signInMsMax } = window.figures;
  const verdict = problems.length === 0 ? 'holds' : `FAILS: ${problems.join('; ')}`;
  const sent =
    window.deeds === null
      ? ''
      : `, ${window.deeds.requests} requests (${mebibytes(window.deeds.bytesSent)} MiB), ${window.deeds.answers} answers`;
  return (
    `${name.padEnd(40)} p50 ${p50Ms.toFixed(1)} p99 ${p99Ms.toFixed(1)} (alone ${baselineP99Ms.toFixed(1)}) ` +
    `gap ${gapMs.toFixed(0)} ms, ${slowest(result)}, sign-in ${signInMsMax.toFixed(0)} ms, ${count} successes${sent}${work}: ${verdict}`
  );
}

/** What the abuser was at when the victim's longest gap began: the last things before it and within it. */
export function gapCause(result: CaseResult): string[] {
  const { figures, deeds } = result.window;
  const near = deeds?.timeline.filter(
    ({ atMs }) => atMs > figures.gapAtMs - 50 && atMs < figures.gapAtMs + figures.gapMs,
  );
  return [...new Set((near ?? []).slice(-12).map(({ what }) => what))];
}

/** Markdown: a row a case. */
export function table(results: readonly CaseResult[]): string {
  const rows = results.map(({ name, does, baselineP99Ms, window, memory, restart, problems }) => {
    const { p99Ms, gapMs, errors } = window.figures;
    const heap = memory === null ? '—' : `${mebibytes(memory.after.heapBytes - memory.before.heapBytes)}`;
    const again = restart === null ? '—' : `${restart.beforeMs.toFixed(0)} → ${restart.afterMs.toFixed(0)}`;
    const verdict =
      problems.length === 0
        ? 'holds'
        : `**fails**: ${problems.join('; ').replaceAll('|', '\\|').slice(0, 200)}`;
    return `| ${name} | ${does} | ${baselineP99Ms.toFixed(1)} | ${p99Ms.toFixed(1)} | ${gapMs.toFixed(0)} | ${errors.length} | ${window.effort?.stretchMsMax.toFixed(0) ?? '—'} | ${heap} | ${again} | ${verdict} |`;
  });
  return [
    '| case | what others do | p99 alone, ms | p99, ms | longest gap, ms | errors | longest stretch, ms | heap kept, MiB | restart, ms | |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
    ...rows,
  ].join('\n');
}

/** The machine, and how the processes were kept apart on it. */
export function surroundings(results: readonly CaseResult[]): string {
  const processor = cpus()[0]?.model ?? 'unknown processor';
  const load = Math.max(...results.map((result) => result.load), 0);
  const apart = canPin
    ? 'The abuser had one processor, which the broker shared with precedence; the quiet tenant was on another.'
    : 'Nothing kept the processes apart.';
  return (
    `${cpus().length} cores (${processor}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}; ` +
    `load of the machine up to ${load.toFixed(1)}. ${apart}`
  );
}

/** Of the victim's requests, the slowest of each kind. */
function slowest({ window }: CaseResult): string {
  const kinds = Object.entries(window.figures.slowestMs).map(([kind, ms]) => `${kind} ${ms.toFixed(0)}`);
  return `slowest ${kinds.join(' ')} ms`;
}
