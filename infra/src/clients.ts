import { handOver } from './hand-over.ts';

// `npm run clients`: other people's clients, as they are.
handOver('packages/broker/clients/main.ts');
