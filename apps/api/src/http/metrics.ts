import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** The figures of this process, as Prometheus reads them. One instance an API. */
export class ApiMetrics {
  readonly registry = new Registry();
  readonly #requests: Histogram<'operation' | 'status'>;
  readonly #unlimited: Counter;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.#requests = new Histogram({
      name: 'weir_api_request_duration_seconds',
      help: 'Time from a request to the end of its answer.',
      labelNames: ['operation', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers: [this.registry],
    });
    this.#unlimited = new Counter({
      name: 'weir_api_rate_limit_unavailable_total',
      help: 'Requests let through uncounted because Redis did not answer.',
      registers: [this.registry],
    });
  }

  observe(operation: string, status: number, seconds: number): void {
    this.#requests.observe({ operation, status: String(status) }, seconds);
  }

  uncounted(): void {
    this.#unlimited.inc();
  }
}
