import { handOver } from './hand-over.ts';
import { provideBrokerBundle } from './setup/broker-build.ts';

// `npm run chaos -- --minutes N --seed S`: three real brokers under real faults.
await provideBrokerBundle('main.js');
handOver('apps/broker/chaos/main.ts');
