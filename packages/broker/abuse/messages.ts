/** What the processes of the stage tell each other, as JSON over their channels. */

/** To the broker. */
export type BrokerOrder =
  | { readonly kind: 'add-tenants'; readonly ids: readonly string[] }
  | { readonly kind: 'memory' }
  | { readonly kind: 'begin' }
  | { readonly kind: 'end' };

/** Bytes, after a full collection. */
export interface Memory {
  readonly heapBytes: number;
  readonly bufferBytes: number;
  readonly residentBytes: number;
}

/** What the broker's main thread did in one window. */
export interface Effort {
  /** The longest that it computed between two timers of 5 ms: of processor time, so that no other process is in it. */
  readonly stretchMsMax: number;
  /** Of its time, what it computed. */
  readonly busyShare: number;
}

/** A line of the broker's log that says that something is wrong with it. */
export interface Complaint {
  readonly event: string;
  readonly fields: string;
}

export type BrokerWord =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'tenants-added' }
  | { readonly kind: 'memory'; readonly memory: Memory }
  | { readonly kind: 'effort'; readonly effort: Effort }
  | { readonly kind: 'complaint'; readonly complaint: Complaint };

/** To the victim: every window begins with empty figures. */
export type VictimOrder = { readonly kind: 'begin' } | { readonly kind: 'end' };

/** The quiet tenant's figures of one window, milliseconds. */
export interface Figures {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The longest time without a success. */
  readonly gapMs: number;
  readonly gapAtMs: number;
  /** The slowest new connection that signed in. */
  readonly signInMsMax: number;
  readonly errors: readonly string[];
  /** The slowest request of each kind, milliseconds. */
  readonly slowestMs: Readonly<Record<string, number>>;
}

export type VictimWord = { readonly kind: 'ready' } | { readonly kind: 'figures'; readonly figures: Figures };

export interface AbuserTask {
  readonly name: string;
  readonly port: number;
  readonly seed: number;
  readonly secondsMax: number;
  /** The victim's topic, for those who ask for it by id. */
  readonly victimTopicId: string;
}

export type AbuserOrder =
  | { readonly kind: 'prepare'; readonly task: AbuserTask }
  | { readonly kind: 'begin' };

/** What an abuser did; the timeline tells what it was at when. */
export interface Deeds {
  readonly requests: number;
  readonly answers: number;
  readonly bytesSent: number;
  readonly connections: number;
  readonly cutOff: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
  readonly timeline: readonly { readonly atMs: number; readonly what: string }[];
}

export type AbuserWord =
  | { readonly kind: 'prepared' }
  | { readonly kind: 'done'; readonly deeds: Deeds }
  | { readonly kind: 'failed'; readonly message: string };
