import { createServer } from 'node:http';
import { answerLogLevel, type Levelled } from './log-level.ts';

/** What answers /metrics; a registry of prom-client fits. */
export interface FigureSource {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** What is shown of a process. */
export interface Watched {
  readonly figures: FigureSource;
  readonly logger: Levelled;
  /** Left out: it is, as soon as it answers. */
  readonly isReady?: () => boolean;
}

/** Who watches comes from one or two places; more at a time, or slower, are none of them. */
const connectionsMax = 16;
const requestMsMax = 5_000;

/**
 * `/healthz`, `/readyz`, `/metrics` and `/log-level`: whether it lives, whether it does all that it is there for (503: not
 * yet), its figures, and how much it logs. Resolves once it listens, with what stops it; rejects when the port cannot be had. As many as ask for
 * figures at a time are answered with the same ones.
 */
export const serveHealth = async (
  host: string,
  port: number,
  { figures, isReady = () => true, logger }: Watched,
): Promise<() => Promise<void>> => {
  let underWay: Promise<string> | null = null;
  const collect = (): Promise<string> => {
    underWay ??= figures.metrics().finally(() => {
      underWay = null;
    });
    return underWay;
  };
  const timeouts = { requestTimeout: requestMsMax, headersTimeout: requestMsMax };
  const server = createServer({ ...timeouts, connectionsCheckingInterval: 1_000 }, (request, response) => {
    if (request.url === '/healthz') {
      response.setHeader('content-type', 'application/json').end('{"status":"ok"}');
      return;
    }
    if (request.url === '/readyz') {
      const [code, status] = isReady() ? [200, 'ok'] : [503, 'not ready'];
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify({ status }));
      return;
    }
    if (request.url === '/log-level') {
      // Only a request that ended early rejects, and nobody is there to be told.
      answerLogLevel(logger, request, response).catch(() => response.destroy());
      return;
    }
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    collect().then(
      (text) => response.setHeader('content-type', figures.contentType).end(text),
      (cause: unknown) => response.writeHead(500).end(String(cause)),
    );
  });
  server.maxConnections = connectionsMax;
  server.setTimeout(requestMsMax);
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(port, host, listening.resolve);
  await listening.promise;
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
};
