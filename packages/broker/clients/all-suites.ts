import { goSuite, javaSuite, pythonSuite, type Suite } from './suite.ts';

export const allSuites: readonly Suite[] = [
  goSuite('franz-go 1.22.2 (kgo, kadm 1.19.0)', 'franz'),
  goSuite('sarama 1.61.1', 'sarama'),
  goSuite('kafka-go 0.4.51', 'kafkago'),
  pythonSuite('confluent-kafka for Python 2.16.1 (librdkafka 2.16.1)', 'confluent'),
  pythonSuite('kafka-python 3.0.12', 'kafka-python'),
  pythonSuite('aiokafka 0.14.0', 'aio'),
  javaSuite('Kafka Streams 4.3.0', 'streams', 'Streams.java'),
];
