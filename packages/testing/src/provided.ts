/** What the global set-ups hand to test files through vitest's `inject`. */
declare module 'vitest' {
  export interface ProvidedContext {
    /** A server on which tests may create databases. Use `createTestDatabase` rather than this. */
    databaseUrl: string;
    /** With which the names of databases begin that others of the run are copied from. */
    modelPrefix: string;
    redisUrl: string;
  }
}

export type {};
