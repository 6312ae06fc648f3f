/** What the global set-ups hand to test files through vitest's `inject`. */
declare module 'vitest' {
  export interface ProvidedContext {
    /** A server on which tests may create databases. Use `createTestDatabase` rather than this. */
    databaseUrl: string;
    redisUrl: string;
  }
}

export type {};
