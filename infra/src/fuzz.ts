import { handOver } from './hand-over.ts';

// `npm run fuzz`: bytes that nobody should send, to whatever takes bytes.
handOver('packages/broker/fuzz/main.ts');
