import { openPostgresMetadataStore } from '@weir/metadata-store/postgres/open';
import { startBrokerAt } from './broker-for-tests.ts';

// A broker of a test's cell in a process of its own, which can be stopped and killed; see broker-process.ts.
const [, , directory = '', url = '', schema = '', port = '', advertised = ''] = process.argv;
const onIncident = (message: string) => console.error(message);
const metadata = openPostgresMetadataStore({ url, schema, onIncident });
await startBrokerAt(directory, metadata, Number(port), Number(advertised));
console.log('ready');
