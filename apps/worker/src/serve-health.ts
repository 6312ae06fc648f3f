import { createServer } from 'node:http';
import type { WorkerMetrics } from './metrics.ts';

/** `/healthz` and `/metrics`. Resolves once it listens, with what stops it. */
export const serveHealth = async (
  host: string,
  port: number,
  metrics: WorkerMetrics,
): Promise<() => Promise<void>> => {
  const server = createServer((request, response) => {
    if (request.url === '/healthz') {
      response.setHeader('content-type', 'application/json').end('{"status":"ok"}');
      return;
    }
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metrics.registry.metrics().then(
      (text) => response.setHeader('content-type', metrics.registry.contentType).end(text),
      (cause: unknown) => response.writeHead(500).end(String(cause)),
    );
  });
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(port, host, listening.resolve);
  await listening.promise;
  return () => new Promise((resolve) => server.close(() => resolve()));
};
