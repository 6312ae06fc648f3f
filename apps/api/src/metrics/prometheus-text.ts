import { type MetricDescriptors, metricMeters } from '@weir/contracts/metrics';
import type { MinuteSum } from './metrics.store.ts';

/** `io.weir.kafka.server/received_bytes` as Prometheus can have it: `weir_kafka_server_received_bytes`. */
export const exportedName = (name: string): string => name.replace(/^io\./, '').replaceAll(/[./]/g, '_');

/** A label's value: what ends it or a line is escaped. */
const labelText = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/**
 * One minute in Prometheus' text format. Gauges, as each is of its minute alone: a minute in which nothing happened has no
 * line, and the time beside each says which minute it is. Pure.
 */
export const prometheusText = (
  descriptors: MetricDescriptors['data'],
  sums: readonly MinuteSum[],
  timestampMs: number,
): string => {
  const byMeter = Map.groupBy(sums, ({ meter }) => meter);
  const blocks = descriptors.map(({ description, name }) => {
    const metric = exportedName(name);
    const lines = (byMeter.get(metricMeters[name]) ?? []).map(({ clusterId, quantity, topic }) => {
      const labels = [
        `kafka_id="${labelText(clusterId)}"`,
        ...(topic === '' ? [] : [`topic="${labelText(topic)}"`]),
      ];
      return `${metric}{${labels.join(',')}} ${quantity} ${timestampMs}\n`;
    });
    return `# HELP ${metric} ${description} In the minute before.\n# TYPE ${metric} gauge\n${lines.join('')}`;
  });
  return blocks.join('');
};
