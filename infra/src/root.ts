import { fileURLToPath } from 'node:url';

/** The checkout. Everything the launcher runs lies below it. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
