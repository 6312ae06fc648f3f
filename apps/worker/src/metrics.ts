import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** The figures of this process, as Prometheus reads them. */
export class WorkerMetrics {
  readonly registry = new Registry();
  readonly #jobs: Histogram<'job' | 'outcome'>;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.#jobs = new Histogram({
      name: 'weir_worker_job_duration_seconds',
      help: 'Time that a job took.',
      labelNames: ['job', 'outcome'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers: [this.registry],
    });
  }

  observe(job: string, outcome: string, seconds: number): void {
    this.#jobs.observe({ job, outcome }, seconds);
  }
}
