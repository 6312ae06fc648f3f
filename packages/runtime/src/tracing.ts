import { AsyncLocalStorage } from 'node:async_hooks';

/** No personal data and no secret: ids, counts and words of our own. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

export interface SpanGiven {
  readonly kind: 'server' | 'client' | 'consumer' | 'internal';
  readonly attributes?: SpanAttributes;
  /** Of which it is a part, as W3C Trace Context writes it; left out: of what is under way here, or of nothing. */
  readonly parent?: string | null;
}

export interface SpanEnd {
  /** What it turned out to be. */
  readonly name?: string;
  readonly attributes?: SpanAttributes;
  readonly isFailed?: boolean;
}

export interface Span {
  readonly traceparent: string;
  end(end?: SpanEnd): void;
}

export interface Tracing {
  begin(name: string, given: SpanGiven): Span;
  /** Sends what it still has. */
  close(): Promise<void>;
}

const underWay = new AsyncLocalStorage<string>();
/** One a process, as in OpenTelemetry itself; null: nothing is traced, and nothing of that library is loaded. */
let tracing: Tracing | null = null;

const form = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The header `traceparent`, of its one version; null: it is none. */
export const readTraceparent = (text: string | undefined): string | null =>
  text !== undefined && form.test(text) ? text : null;

/** Of what runs here, to be carried on to whoever goes on with it; null: it is not traced. */
export const currentTraceparent = (): string | null => underWay.getStore() ?? null;

/** Null while nothing is traced. Who begins one ends it. */
export const beginSpan = (name: string, given: SpanGiven): Span | null =>
  tracing?.begin(name, { ...given, parent: given.parent ?? currentTraceparent() }) ?? null;

/** What `work` begins is a part of the span. */
export const within = <T>(span: Span | null, work: () => T): T =>
  span === null ? work() : underWay.run(span.traceparent, work);

/** Runs `work` as a span of its own, which has failed where it rejects. */
export const traced = async <T>(name: string, given: SpanGiven, work: () => Promise<T>): Promise<T> => {
  const span = beginSpan(name, given);
  try {
    const result = await within(span, work);
    span?.end();
    return result;
  } catch (cause) {
    span?.end({ isFailed: true });
    throw cause;
  }
};

/**
 * Sends traces to an OTLP receiver, if there is an endpoint: OTEL_EXPORTER_OTLP_ENDPOINT and the variables beside it, as
 * OpenTelemetry specifies them. `report` is told when the receiver cannot be reached. Returns what ends that.
 */
export const startTracing = async (
  service: string,
  env: Readonly<Record<string, string | undefined>>,
  report: (cause: unknown) => void,
): Promise<() => Promise<void>> => {
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT ?? '';
  if (endpoint === '') return () => Promise.resolve();
  // Half a megabyte that nobody else needs.
  const { otlpTracing } = await import('./otlp-tracing.ts');
  const started = otlpTracing(service, report);
  tracing = started;
  return async () => {
    tracing = null;
    await started.close();
  };
};
