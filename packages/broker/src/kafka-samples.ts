import type { Cell } from './cluster/cell.ts';
import type { Dispatcher } from './dispatch/dispatcher.ts';
import type { Metering } from './metering/metering.ts';
import { type PartitionCounts, type Sample, sample } from './metrics-sample.ts';
import type { Server } from './server/server.ts';

interface Sources {
  readonly cell: Cell;
  readonly server: Pick<Server, 'connectionCount'>;
  readonly dispatcher: Pick<Dispatcher, 'figures'>;
  readonly metering: Pick<Metering, 'totals'>;
  readonly partitions: PartitionCounts;
  readonly isReady: boolean;
}

const [produceKey, fetchKey] = [0, 1];
/** BrokerState of org.apache.kafka.metadata: 1 starts, 3 runs. */
const [starting, running] = [1, 3];

/**
 * What Apache Kafka has as well, under the names that its JMX exporter gives it
 * (prometheus/jmx_exporter, examples/kafka-2_0_0.yml, in small letters), so that people's dashboards of Kafka find it. Of
 * the whole broker: what a single tenant does is for that tenant to see.
 */
export function* kafkaSamples(sources: Sources): Generator<Sample> {
  const { dispatcher, isReady, metering, partitions, server } = sources;
  const { figures } = dispatcher;
  const { bytesIn, bytesOut, recordsIn } = metering.totals;
  const topics = 'kafka_server_brokertopicmetrics';
  yield sample('counter', `${topics}_messagesin_total`, 'Records that were written.', recordsIn);
  yield sample('counter', `${topics}_bytesin_total`, 'Bytes of records that were written.', bytesIn);
  yield sample('counter', `${topics}_bytesout_total`, 'Bytes of records that were read.', bytesOut);
  const [produced, fetched] = [figures.countOf(produceKey), figures.countOf(fetchKey)];
  yield sample('counter', `${topics}_totalproducerequests_total`, 'Produce requests answered.', produced);
  yield sample('counter', `${topics}_totalfetchrequests_total`, 'Fetch requests answered.', fetched);
  for (const { api, count } of figures.all()) {
    const name = 'kafka_network_requestmetrics_requests_total';
    yield sample('counter', name, 'Requests answered.', count, { request: api });
  }
  const replicas = 'kafka_server_replicamanager';
  yield sample('gauge', `${replicas}_partitioncount`, 'Partitions with a replica here.', partitions.held);
  yield sample('gauge', `${replicas}_leadercount`, 'Partitions led here.', partitions.all);
  const under = 'Led here, with fewer replicas in sync than there are.';
  yield sample('gauge', `${replicas}_underreplicatedpartitions`, under, partitions.underReplicated);
  const below = 'Led here, with fewer replicas in sync than min.insync.replicas.';
  yield sample('gauge', `${replicas}_underminisrpartitioncount`, below, partitions.belowMinimum);
  const moving = 'Led here, on their way to other brokers.';
  yield sample('gauge', `${replicas}_reassigningpartitions`, moving, partitions.reassigning);
  const open = 'Open connections.';
  yield sample('gauge', 'kafka_server_socket_server_metrics_connection_count', open, server.connectionCount);
  const state = isReady ? running : starting;
  yield sample('gauge', 'kafka_server_kafkaserver_brokerstate', '1 while it starts, 3 when it runs.', state);
}
