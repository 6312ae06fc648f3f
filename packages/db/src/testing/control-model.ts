import { migrateControl } from '../control.ts';

/** How databases of tests begin that are copied rather than migrated one by one: the control plane's store, empty. */
export const controlModel = { name: 'control', prepare: migrateControl };
