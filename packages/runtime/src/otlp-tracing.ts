import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { SpanGiven, Tracing } from './tracing.ts';

const kinds: Readonly<Record<SpanGiven['kind'], SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
};

/** Spans that wait to be sent; what comes while there are as many is dropped, so that a receiver that is away costs little. */
const waitingMax = 2_048;
const sendEveryMs = 1_000;
/** Also at the end of a process, which waits for what it still has. */
const sendMsMax = 2_000;

/** `ExportResultCode.SUCCESS`, of a package that this one does not name. */
const sent = 0;

const flagsText = (flags: number): string => flags.toString(16).padStart(2, '0');

const contextOf = (traceparent: string | null | undefined) => {
  const [, traceId, spanId, flags] = traceparent?.split('-') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16);
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
};

/** A receiver that is away is reported once, and once more when it was there in between. */
class ReportingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #report: (cause: unknown) => void;
  #isAway = false;

  constructor(exporter: SpanExporter, report: (cause: unknown) => void) {
    this.#exporter = exporter;
    this.#report = report;
  }

  export(...[spans, done]: Parameters<SpanExporter['export']>): void {
    this.#exporter.export(spans, (result) => {
      if (result.code === sent) this.#isAway = false;
      else this.failed(result.error ?? new Error('the receiver of traces did not take them'));
      done(result);
    });
  }

  failed(cause: unknown): void {
    if (!this.#isAway) this.#report(cause);
    this.#isAway = true;
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}

/** By the library of OpenTelemetry, over HTTP with JSON. It reads its own variables of the environment. */
export const otlpTracing = (service: string, report: (cause: unknown) => void): Tracing => {
  const exporter = new ReportingExporter(new OTLPTraceExporter({ timeoutMillis: sendMsMax }), report);
  const processor = new BatchSpanProcessor({
    exporter,
    maxQueueSize: waitingMax,
    maxExportBatchSize: waitingMax / 4,
    scheduledDelayMillis: sendEveryMs,
    exportTimeoutMillis: sendMsMax,
  });
  const resource = resourceFromAttributes({ 'service.name': `weir-${service}` });
  const provider = new TracerProvider({ resource, spanProcessors: [processor] });
  const tracer = provider.getTracer('weir');
  return {
    begin: (name, { attributes = {}, kind, parent }) => {
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes }, contextOf(parent));
      const { spanId, traceFlags, traceId } = span.spanContext();
      return {
        traceparent: `00-${traceId}-${spanId}-${flagsText(traceFlags)}`,
        end: ({ attributes: more = {}, isFailed = false, name: renamed } = {}) => {
          if (renamed !== undefined) span.updateName(renamed);
          span.setAttributes(more);
          // Without a message: what went wrong stands in the log, by the same ids.
          if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    // What cannot be sent any more is reported, and ends no process otherwise than without it.
    close: () => provider.shutdown().catch((cause) => exporter.failed(cause)),
  };
};
