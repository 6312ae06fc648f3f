import { handOver } from './hand-over.ts';

// `npm run chaos:usage -- --minutes N --seed S`: the usage ledger beside the logs, after kills.
handOver('infra/chaos/main.ts');
