import { handOver } from './hand-over.ts';

// `npm run simulate -- --seeds N`: the engine on simulated disk, network and clock.
handOver('packages/broker/src/simulation/main.ts');
