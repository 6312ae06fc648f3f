import { handOver } from './hand-over.ts';

// `npm run bench:ledger`: the usage ledger at size.
handOver('apps/worker/bench/main.ts');
