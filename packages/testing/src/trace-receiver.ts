import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const Attribute = z.object({
  key: z.string(),
  value: z.object({
    stringValue: z.string().optional(),
    intValue: z.union([z.number(), z.string()]).optional(),
  }),
});

/** The part of OTLP's ExportTraceServiceRequest, as JSON, that tests look at. */
const Export = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(Attribute) }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
              attributes: z.array(Attribute).default([]),
              status: z.object({ code: z.number().optional() }).optional(),
            }),
          ),
        }),
      ),
    }),
  ),
});

export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly isFailed: boolean;
  readonly attributes: Readonly<Record<string, string>>;
}

/** An OTLP receiver over HTTP, which keeps what it is sent. */
export class TraceReceiver {
  readonly spans: ReceivedSpan[] = [];
  /** Every byte of it, for what must not be in there. */
  text = '';
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      this.#take(body);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }

  static async start(): Promise<TraceReceiver> {
    const receiver = new TraceReceiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    // A server that listens on a port has such an address (node:net).
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(body: string): void {
    this.text += body;
    for (const { resource, scopeSpans } of Export.parse(JSON.parse(body)).resourceSpans) {
      const service = valuesOf(resource.attributes)['service.name'] ?? '';
      for (const { name, traceId, spanId, parentSpanId = '', attributes, status } of scopeSpans.flatMap(
        ({ spans }) => spans,
      )) {
        const given = { service, name, traceId, spanId, parentSpanId };
        this.spans.push({ ...given, isFailed: status?.code === 2, attributes: valuesOf(attributes) });
      }
    }
  }
}

const valuesOf = (attributes: readonly z.infer<typeof Attribute>[]): Record<string, string> =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [key, String(value.stringValue ?? value.intValue ?? '')]),
  );
