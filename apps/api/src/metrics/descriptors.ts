import { isOfTopics } from '@weir/contracts/meters';
import { type MetricDescriptors, type MetricName, metricMeters } from '@weir/contracts/metrics';

const ofTopic = { key: 'metric.topic', description: 'The topic.' };
const ofPrincipal = { key: 'metric.principal_id', description: 'Who did it: a person or a service account.' };
const describe = (name: MetricName, unit: 'By' | '1', description: string) => {
  const labels = isOfTopics(metricMeters[name]) ? [ofTopic, ofPrincipal] : [ofPrincipal];
  return { name, description, type: 'COUNTER_INT64', unit, labels } as const;
};

/** Every metric that can be asked for, with its unit and what it counts. */
export const descriptors: MetricDescriptors['data'] = [
  describe('io.weir.kafka.server/received_bytes', 'By', 'Bytes of records that producers sent.'),
  describe('io.weir.kafka.server/sent_bytes', 'By', 'Bytes of records that consumers were sent.'),
  describe('io.weir.kafka.server/received_records', '1', 'Records that producers sent.'),
  describe('io.weir.kafka.server/sent_records', '1', 'Records that consumers were sent.'),
  describe('io.weir.kafka.server/request_count', '1', 'Requests of Kafka clients.'),
];
