import type { ChaosResult } from './campaign.ts';
import { logsOf } from './cell.ts';
import { anomalies } from './history.ts';

/** What was done and seen, and what is wrong with it; its last line is the verdict. */
export function reportLines(result: ChaosResult, again: string): string[] {
  const { history, applied, skipped, pause, refused, brokersEnded, dir } = result;
  const { acknowledged, read, committed } = history.counts;
  const faults = [...applied].map(([kind, count]) => `${kind} ${count}`).join(', ');
  const failed = anomalies.filter((anomaly) => history.count(anomaly) > 0);
  const lines = [
    `${acknowledged} records acknowledged, ${read} read, ${committed} commits; ${refused} times a client gave up`,
    `faults: ${faults === '' ? 'none' : faults}`,
    ...[...skipped].map(([kind, why]) => `skipped: ${kind}, since ${why}`),
    `brokers that ended by themselves: ${brokersEnded}`,
    `longest time without an acknowledgement: ${Math.round(pause.ms)} ms, about ${pause.fault}`,
  ];
  for (const anomaly of failed) {
    lines.push(`${anomaly}: ${history.count(anomaly)}`);
    for (const each of history.violations) if (each.anomaly === anomaly) lines.push(`    ${each.evidence}`);
  }
  if (failed.length > 0) lines.push(`again: ${again}`, 'logs:', ...logsOf(dir).map((path) => `    ${path}`));
  return [...lines, `${anomalies.length - failed.length} passed, ${failed.length} failed`];
}
