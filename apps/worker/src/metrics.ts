import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** The figures of this process, as Prometheus reads them. */
export class WorkerMetrics {
  readonly registry = new Registry();
  readonly #jobs: Histogram<'job' | 'outcome'>;
  readonly #mails: Counter<'kind' | 'outcome'>;

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
  }

  mail(kind: string, outcome: 'sent' | 'tried' | 'given up' | 'dropped'): void {
    this.#mails.inc({ kind, outcome });
  }

  observe(job: string, outcome: string, seconds: number): void {
    this.#jobs.observe({ job, outcome }, seconds);
  }
}
