import type { MetricDescriptors } from '@weir/contracts/metrics';
import { expect, it } from 'vitest';
import { prometheusText } from './prometheus-text.ts';

const descriptor: MetricDescriptors['data'][number] = {
  name: 'io.weir.kafka.server/received_bytes',
  description: 'Bytes of records that producers sent.',
  type: 'COUNTER_INT64',
  unit: 'By',
  labels: [],
};
const sum = (topic: string, quantity: bigint) => ({ clusterId: 'lkc-1', topic, meter: 'bytes_in', quantity });

it('says of each series its cluster, its topic and its minute, and of each metric what it is', () => {
  const requests = { ...sum('', 7n), meter: 'requests' };
  expect(prometheusText([descriptor], [sum('orders', 9_007_199_254_740_993n), requests], 60_000)).toBe(
    '# HELP weir_kafka_server_received_bytes Bytes of records that producers sent. In the minute before.\n' +
      '# TYPE weir_kafka_server_received_bytes gauge\n' +
      'weir_kafka_server_received_bytes{kafka_id="lkc-1",topic="orders"} 9007199254740993 60000\n',
  );
});

it('lets no name end its label or begin a line of its own', () => {
  const text = prometheusText([descriptor], [sum('a"} 1\nb\\', 1n)], 0);
  expect(text.split('\n')).toHaveLength(4);
  expect(text).toContain('topic="a\\"} 1\\nb\\\\"} 1 0\n');
});
