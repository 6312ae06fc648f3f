import { provideBrokerBundle } from './setup/broker-build.ts';

// `npm run broker -- [--port 9092] [--data-dir DIR]`: one standalone broker, in this process. The bundle
// reads its arguments where this script has them.
await import(await provideBrokerBundle('standalone.js'));
