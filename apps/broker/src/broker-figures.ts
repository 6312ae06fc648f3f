import { setImmediate } from 'node:timers/promises';
import type { Broker } from '@weir/broker/broker';
import type { FigureSource } from '@weir/runtime/serve-health';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** Samples written before others get their turn: some tens of microseconds. */
const samplesPerTurn = 200;

type Samples = ReturnType<Broker['samples']>;

/**
 * The broker's figures and those of its process, as Prometheus reads them. A broker has several for each of ten
 * thousand clusters, so they are written in short turns, and directly: prom-client would keep and hash each of them.
 */
export function brokerFigures(samples: () => Samples): FigureSource {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    contentType: registry.contentType,
    metrics: async () => `${await prometheusText(samples())}${await registry.metrics()}`,
  };
}

/** Samples of one name together, under what Prometheus is to know of them. */
export async function prometheusText(samples: Samples): Promise<string> {
  const families = new Map<string, string[]>();
  let written = 0;
  for (const { name, family = name, help, kind, labels, value } of samples) {
    let lines = families.get(family);
    if (lines === undefined) {
      lines = [`# HELP ${family} ${escaped(help)}\n# TYPE ${family} ${kind}\n`];
      families.set(family, lines);
    }
    const named = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    lines.push(`${name}${named.length === 0 ? '' : `{${named.join(',')}}`} ${value}\n`);
    written += 1;
    if (written % samplesPerTurn === 0) await setImmediate();
  }
  return [...families.values()].map((lines) => lines.join('')).join('');
}

/** Prometheus's text format 0.0.4. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
