import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ConnectionGate } from '@weir/runtime/connection-gate';
import { FairTurns } from '@weir/runtime/fair-turns';
import { clientAddress } from './client-address.ts';
import { ConsoleFigures } from './figures.ts';
import { ApiForwarder } from './forward.ts';
import { isRouterState, routerStateHeader } from './router-state.ts';
import { contentSecurityPolicy, newNonce, securityHeaders } from './security-headers.ts';
import type { ConsoleSettings } from './settings.ts';

/** Renders pages; Next's own handler fits. */
export type PageHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A request must be whole after this time, its head sooner; milliseconds. */
const requestMsMax = 30_000;
const headMsMax = 10_000;
/** Without a byte in either direction; longer than the API may take for an answer. */
const idleMsMax = 45_000;

/** For how long the rendering of a page may go on whose reader has gone; Next does not always tell its end. */
const abandonedMsMax = 2_000;
/** Pages that are rendered at a time, of one address and of all, and how many of one address wait for that. */
const pageTurns = { atWorkMax: 16, atWorkPerKeyMax: 2, waitingPerKeyMax: 64 };

/**
 * The console's front: /api goes to the API, everything else to the pages. What a browser may tell Next about its
 * address is settled here by the rule for the API, and pages get this answer's own script nonce.
 */
export const createConsoleServer = (
  settings: ConsoleSettings,
  pages: PageHandler,
  report: (message: string, cause: unknown) => void,
): Server => {
  const gate = new ConnectionGate();
  const api = new ApiForwarder(settings, gate, report);
  const figures = new ConsoleFigures(settings.metricsToken);
  const turns = new FairTurns(pageTurns);
  /** By addresses in turn. A page whose reader has gone is rendered all the same, so its turn lasts. */
  const inTurn = (request: IncomingMessage, response: ServerResponse, show: () => Promise<void>): void => {
    const address = clientAddress(request, settings.trustedProxies) ?? 'unknown';
    let isShown = false;
    const leave = turns.take(address, () => {
      isShown = true;
      void show().finally(() => leave?.());
    });
    if (leave === null) {
      gate.refuse(request, response, address);
      response.writeHead(429, { 'retry-after': '1', 'content-type': 'text/plain' });
      response.end('Too many pages at once from your address. Wait a second and load this one again.\n');
      return;
    }
    const giveUp = () => {
      if (!isShown) leave();
      else setTimeout(leave, abandonedMsMax).unref();
    };
    // Pipelined ones share the connection.
    request.socket.setMaxListeners(0).once('close', giveUp);
    response.once('close', () => request.socket.off('close', giveUp));
  };
  const fail = (message: string, response: ServerResponse, cause: unknown): void => {
    report(message, cause);
    if (response.headersSent) response.destroy();
    else response.writeHead(500).end();
  };
  const server = createServer(
    { requestTimeout: requestMsMax, headersTimeout: headMsMax, connectionsCheckingInterval: 5_000 },
    (request, response) => {
      const url = request.url ?? '/';
      if (request.method === 'GET' && url === '/metrics' && figures.mayRead(request)) {
        figures.show(response).catch((cause: unknown) => fail('figures failed', response, cause));
        return;
      }
      const isOfApi = /^\/api(?=\/)/.test(url);
      figures.watch(isOfApi ? 'api' : 'page', response);
      if (isOfApi) {
        try {
          api.forward(request, response, url.slice('/api'.length));
        } catch (cause) {
          fail('a call could not be handed on', response, cause);
        }
        return;
      }
      inTurn(request, response, () =>
        showPage(request, response, settings, pages).catch((cause: unknown) =>
          fail('a page failed', response, cause),
        ),
      );
    },
  );
  gate.guard(server);
  server.setTimeout(idleMsMax);
  server.on('close', () => api.close());
  return server;
};

const showPage = async (
  request: IncomingMessage,
  response: ServerResponse,
  settings: ConsoleSettings,
  pages: PageHandler,
): Promise<void> => {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    // A form that was sent before its script had come: the same page again, and nothing of its body is read.
    const [path = '/'] = (request.url ?? '/').split('?');
    const isPath = /^\/(?![/\\])/.test(path);
    response.writeHead(303, { location: isPath ? path : '/', connection: 'close' }).end();
    return;
  }
  if (!isDecodable(request.url ?? '/')) {
    // Pages would say of it that something failed on our side.
    response.writeHead(400, { 'content-type': 'text/plain' }).end('That is no address of a page.\n');
    return;
  }
  const address = clientAddress(request, settings.trustedProxies);
  if (address === null) delete request.headers['x-forwarded-for'];
  else request.headers['x-forwarded-for'] = address;
  if (!isRouterState(request.headers[routerStateHeader])) delete request.headers[routerStateHeader];
  const policy = contentSecurityPolicy(newNonce());
  request.headers['content-security-policy'] = policy;
  response.setHeader('Content-Security-Policy', policy);
  for (const [name, value] of securityHeaders) response.setHeader(name, value);
  await pages(request, response);
};

const isDecodable = (url: string): boolean => {
  try {
    decodeURIComponent(url.split('?')[0] ?? '');
    return true;
  } catch {
    return false; // A percent sign with nothing behind it, or bytes that are no text.
  }
};
