import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The figures of this process, as Prometheus reads them. */
export class WorkerMetrics {
  readonly registry = new Registry();
  readonly #jobs: Histogram<'job' | 'outcome'>;
  readonly #mails: Counter<'kind' | 'outcome'>;
  readonly #webhooks: Counter<'event' | 'outcome'>;
  readonly #auditBatches: Counter<'outcome'>;
  readonly #lateWindows: Counter<'outcome'>;
  readonly #differingParts: Gauge;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.#jobs = new Histogram({
      name: 'weir_worker_job_duration_seconds',
      help: 'Time that a job took.',
      labelNames: ['job', 'outcome'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers: [this.registry],
    });
    this.#mails = new Counter({
      name: 'weir_worker_mails_total',
      help: 'Mails by what became of them: sent, tried and to be tried again, given up, or dropped since nobody is there.',
      labelNames: ['kind', 'outcome'],
      registers: [this.registry],
    });
    this.#webhooks = new Counter({
      name: 'weir_worker_webhook_attempts_total',
      help: 'Attempts to tell a webhook by what came of them: delivered, to be made again, given up, or switched off.',
      labelNames: ['event', 'outcome'],
      registers: [this.registry],
    });
    this.#auditBatches = new Counter({
      name: 'weir_worker_audit_batches_total',
      help: 'Batches of audit events on their way to a topic by what came of them: delivered, or failed.',
      labelNames: ['outcome'],
      registers: [this.registry],
    });
    this.#lateWindows = new Counter({
      name: 'weir_worker_usage_late_windows_total',
      help: 'Windows that came when the ledger of their day was gone: taken as an adjustment, or repeated and known.',
      labelNames: ['outcome'],
      registers: [this.registry],
    });
    this.#differingParts = new Gauge({
      name: 'weir_worker_usage_parts_kept',
      help: 'Days and months of usage that are kept past their time, since what is derived of them differs.',
      registers: [this.registry],
    });
  }

  lateWindow(outcome: 'taken' | 'repeated'): void {
    this.#lateWindows.inc({ outcome });
  }

  differingParts(count: number): void {
    this.#differingParts.set(count);
  }

  mail(kind: string, outcome: 'sent' | 'tried' | 'given up' | 'dropped'): void {
    this.#mails.inc({ kind, outcome });
  }

  webhook(event: string, outcome: 'delivered' | 'again' | 'given up' | 'switched off'): void {
    this.#webhooks.inc({ event, outcome });
  }

  auditBatch(outcome: 'delivered' | 'failed'): void {
    this.#auditBatches.inc({ outcome });
  }

  observe(job: string, outcome: string, seconds: number): void {
    this.#jobs.observe({ job, outcome }, seconds);
  }
}
