import { findRedisProgram } from '@weir/local-servers/redis-server';
import { handOver } from './hand-over.ts';
import { installDebianPackages } from './setup/debian-packages.ts';

// `npm run bench:ledger`: the usage ledger at size.
if (findRedisProgram() === null) await installDebianPackages(['redis-server']);
handOver('apps/worker/bench/main.ts');
