import type { Api } from '@weir/kafka-protocol/api';
import { RawClient } from '../src/testing/raw-client.ts';
import { Names, type Plain, plainOf } from './plain.ts';

/** What was asked, and what came back in words. */
export interface Exchange {
  readonly api: string;
  readonly version: number;
  /** For people: the body of the request. */
  readonly asked: string;
  readonly answered: Plain;
}

/** Longer than any wait that a sequence asks for, milliseconds. */
const patienceMs = 4_000;

/** What one broker answers to a sequence of requests, by as many connections as the sequence names. */
export class Conversation {
  readonly exchanges: Exchange[] = [];
  readonly #port: number;
  readonly #name: string;
  readonly #names = new Names();
  readonly #clients = new Map<string, RawClient>();

  /** `name`: in all names of its own. */
  constructor(port: number, name: string) {
    this.#port = port;
    this.#name = name;
  }

  /** The answer as it came, for what is asked next; null where the connection ended, or nothing came in time. */
  async say<Request, Response extends object>(
    api: Api<unknown, unknown, Request, Response>,
    version: number,
    body: Request,
    connection = 'first',
  ): Promise<Response | null> {
    const client = await this.#client(connection);
    const answer = await within(client.request(api, version, body));
    if (answer === 'nothing' || answer === null) this.#end(connection);
    const words = asked(body);
    const isKnown = (name: string) => name.endsWith(`-${this.#name}`) || words.includes(JSON.stringify(name));
    const isAnswer = answer !== 'nothing' && answer !== null;
    this.exchanges.push({
      api: api.name,
      version,
      asked: words,
      answered: isAnswer
        ? plainOf(api.responseFields, version, answer, this.#names, isKnown)
        : answer === null
          ? 'the connection ended'
          : 'no answer',
    });
    return isAnswer ? answer : null;
  }

  /** The same without an answer that counts: what goes before what is compared, or waits for it. */
  async quietly<Request, Response extends object>(
    api: Api<unknown, unknown, Request, Response>,
    version: number,
    body: Request,
  ): Promise<Response | null> {
    const answer = await within((await this.#client('aside')).request(api, version, body));
    return answer === 'nothing' ? null : answer;
  }

  close(): void {
    for (const name of [...this.#clients.keys()]) this.#end(name);
  }

  async #client(name: string): Promise<RawClient> {
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const client = await RawClient.open(this.#port);
    this.#clients.set(name, client);
    return client;
  }

  #end(name: string): void {
    this.#clients.get(name)?.end();
    this.#clients.delete(name);
  }
}

const within = async <T>(answer: Promise<T>): Promise<T | 'nothing'> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'nothing'>((resolve) => {
    timer = setTimeout(() => resolve('nothing'), patienceMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
};

const asked = (body: unknown): string =>
  JSON.stringify(body, (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer'
      ? 'bytes'
      : value,
  );
