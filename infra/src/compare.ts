import { handOver } from './hand-over.ts';

// `npm run compare`: the same requests to Apache Kafka and to the broker.
handOver('packages/broker/compare/main.ts');
