import { handOver } from './hand-over.ts';

// `npm run bench`: the broker beside Apache Kafka, in one run.
handOver('packages/broker/bench/main.ts');
