import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import type { Installation } from './launch-for-tests.ts';

const email = 'ada@example.com';
const password = 'a long enough password';

interface Usage {
  readonly data: readonly { readonly name: string; readonly meter: string; readonly quantity: number }[];
}

export interface ShownCluster {
  readonly id: string;
  readonly spec: { readonly kafka_bootstrap_endpoint: string };
  readonly status: { readonly phase: string; readonly cku?: number };
}

interface Made {
  readonly clusterId: string;
  readonly key: string;
  readonly secret: string;
  /** Where its clients begin. */
  readonly bootstrap: string;
}

/** A person with a cluster and a key, made by REST as anybody would. */
export class Tenant {
  readonly clusterId: string;
  readonly key: string;
  readonly secret: string;
  readonly bootstrap: string;
  readonly #installation: Installation;
  #cookie: string;
  #wire: readonly string[] = ['security.protocol=SASL_PLAINTEXT'];

  private constructor(installation: Installation, cookie: string, made: Made) {
    this.#installation = installation;
    this.#cookie = cookie;
    this.clusterId = made.clusterId;
    this.key = made.key;
    this.secret = made.secret;
    this.bootstrap = made.bootstrap;
  }

  /** Makes the person, and a first cluster. */
  static async signUp(installation: Installation): Promise<Tenant> {
    const cookie = await caller(installation).session('/auth/sign-up/email', {
      name: 'Ada',
      email,
      password,
    });
    return Tenant.#withCluster(installation, cookie);
  }

  /** The same person with one more cluster, and a key for it. */
  anotherCluster(): Promise<Tenant> {
    return Tenant.#withCluster(this.#installation, this.#cookie);
  }

  /** The same person with a cluster whose every byte costs something. */
  standardCluster(): Promise<Tenant> {
    return Tenant.#withCluster(this.#installation, this.#cookie, { kind: 'Standard' });
  }

  /** Says what the cluster may cost in a month, and what is done from there on; the limit's id. */
  async limitSpend(amount: string, action: 'READ_ONLY' | 'THROTTLE' = 'READ_ONLY'): Promise<string> {
    const scope = { kind: 'cluster', id: this.clusterId };
    const spec = { display_name: 'limit', scope, amount, action };
    const path = '/billing/v1/spend-limits';
    const call = caller(this.#installation);
    return (await call.json<{ id: string }>(this.#cookie, path, { spec })).id;
  }

  async changeSpendLimit(id: string, amount: string): Promise<void> {
    const path = `/billing/v1/spend-limits/${id}`;
    await caller(this.#installation).send(this.#cookie, 'PATCH', path, { spec: { amount } });
  }

  /** Micro-units of the currency that the ledger says were spent of a limit. */
  async spentOf(id: string): Promise<number> {
    const path = `/billing/v1/spend-limits/${id}`;
    const call = caller(this.#installation);
    const found = await call.json<{ status: { spent_amount: string } }>(this.#cookie, path);
    return Math.round(Number(found.status.spent_amount) * 1_000_000);
  }

  /** The same person with brokers of his own, once they are there. */
  dedicatedCluster(cku: number): Promise<Tenant> {
    return Tenant.#withCluster(this.#installation, this.#cookie, { kind: 'Dedicated', cku });
  }

  static async #withCluster(
    installation: Installation,
    cookie: string,
    config: object = { kind: 'Basic' },
  ): Promise<Tenant> {
    const call = caller(installation);
    const environments = await call.json<{ data: { id: string }[] }>(cookie, '/org/v2/environments');
    const spec = {
      display_name: 'orders',
      availability: 'SINGLE_ZONE',
      cloud: 'LOCAL',
      region: 'local',
      config,
      environment: { id: environments.data[0]?.id },
    };
    const { id } = await call.json<ShownCluster>(cookie, '/cmk/v2/clusters', { spec });
    const cluster = await untilProvisioned(() => call.json<ShownCluster>(cookie, `/cmk/v2/clusters/${id}`));
    const { user } = await call.json<{ user: { id: string } }>(cookie, '/auth/get-session');
    const key = await call.json<{ id: string; spec: { secret: string } }>(cookie, '/iam/v2/api-keys', {
      spec: { display_name: 'test', owner: { id: user.id }, resource: { id: cluster.id } },
    });
    const bootstrap = serversOf(cluster);
    return new Tenant(installation, cookie, {
      clusterId: id,
      key: key.id,
      secret: key.spec.secret,
      bootstrap,
    });
  }

  /** From now on its clients come by TLS, and trust the file. */
  trust(caFile: string): void {
    this.#wire = ['security.protocol=SASL_SSL', `ssl.ca.location=${caFile}`];
  }

  async signIn(): Promise<void> {
    this.#cookie = await caller(this.#installation).session('/auth/sign-in/email', { email, password });
  }

  async createTopic(name: string): Promise<{ readonly topicId: string }> {
    const path = `/kafka/v3/clusters/${this.clusterId}/topics`;
    const body = { topic_name: name, partitions_count: 1 };
    const topic = await caller(this.#installation).json<{ topic_id: string }>(this.#cookie, path, body);
    return { topicId: topic.topic_id };
  }

  cluster(): Promise<ShownCluster> {
    return caller(this.#installation).json(this.#cookie, `/cmk/v2/clusters/${this.clusterId}`);
  }

  /** Asks for other units. */
  async resize(cku: number): Promise<void> {
    const spec = { config: { kind: 'Dedicated', cku } };
    await caller(this.#installation).send(this.#cookie, 'PATCH', `/cmk/v2/clusters/${this.clusterId}`, {
      spec,
    });
  }

  async deleteCluster(): Promise<void> {
    await caller(this.#installation).send(this.#cookie, 'DELETE', `/cmk/v2/clusters/${this.clusterId}`);
  }

  async restoreCluster(): Promise<void> {
    await caller(this.#installation).json(
      this.#cookie,
      `/cmk/v2/deleted-clusters/${this.clusterId}/restore`,
      {},
    );
  }

  async deleteForGood(): Promise<void> {
    await caller(this.#installation).send(
      this.#cookie,
      'DELETE',
      `/cmk/v2/deleted-clusters/${this.clusterId}`,
    );
  }

  /** The status of a GET of the cluster. */
  clusterStatus(): Promise<number> {
    return caller(this.#installation).status(this.#cookie, `/cmk/v2/clusters/${this.clusterId}`);
  }

  /** What the API tells people to give their clients. */
  async bootstrapServers(): Promise<string> {
    return serversOf(await this.cluster());
  }

  /** What the ledger has of a topic, over the last hour; zero for what it has not heard of. */
  async usageOf(topic: string): Promise<{ readonly bytesIn: number; readonly recordsIn: number }> {
    const path = `/usage/v1/clusters/${this.clusterId}/breakdown?by=topic`;
    const { data } = await caller(this.#installation).json<Usage>(this.#cookie, path);
    const of = (meter: string) =>
      data.find((row) => row.name === topic && row.meter === meter)?.quantity ?? 0;
    return { bytesIn: of('bytes_in'), recordsIn: of('records_in') };
  }

  /** Runs kcat with this key; resolves with what it printed. */
  async kcat(args: readonly string[], input = ''): Promise<string> {
    return (await this.kcatSaying(args, input)).stdout;
  }

  /** The same with what it said beside that, such as for how long brokers had it wait. */
  async kcatSaying(
    args: readonly string[],
    input = '',
  ): Promise<{ readonly stdout: string; readonly stderr: string }> {
    const running = promisify(execFile)('kcat', [...this.#connection(), ...args], { timeout: 60_000 });
    running.child.stdin?.end(input);
    return await running;
  }

  /** A producer of one line after the other, acks=all, for as long as its test likes. */
  producer(topic: string): Producer {
    // Where all brokers seem away at once, which librdkafka lives through, kcat ends without -E: it comes back to one
    // that was away only up to ten seconds after it is there again, or when it leads something.
    const settings = ['-E', '-X', 'linger.ms=0', '-X', 'reconnect.backoff.max.ms=500'];
    return new Producer(spawn('kcat', [...this.#connection(), '-P', '-t', topic, ...settings]));
  }

  #connection(): readonly string[] {
    const settings = ['sasl.mechanism=PLAIN', ...this.#wire];
    settings.push(`sasl.username=${this.key}`, `sasl.password=${this.secret}`);
    const flags = settings.flatMap((setting) => ['-X', setting]);
    return ['-b', this.bootstrap, ...flags];
  }
}

const serversOf = ({ spec }: ShownCluster) => spec.kafka_bootstrap_endpoint.replace(/[A-Z_]+:\/\//g, '');

const provisionedMsMax = 90_000;

async function untilProvisioned(look: () => Promise<ShownCluster>): Promise<ShownCluster> {
  const until = performance.now() + provisionedMsMax;
  for (;;) {
    const cluster = await look();
    if (cluster.status.phase === 'PROVISIONED') return cluster;
    if (performance.now() > until) throw new Error(`the cluster is not there: ${JSON.stringify(cluster)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const lineEveryMs = 20;

/** Writes `line 0`, `line 1` and so on until it is stopped. */
export class Producer {
  readonly #child: ChildProcess;
  readonly #timer: NodeJS.Timeout;
  readonly #ended: Promise<number | null>;
  #complaints = '';
  #sent = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.on('data', (text: Buffer) => {
      this.#complaints += text.toString();
    });
    this.#ended = new Promise((resolve) => child.once('close', resolve));
    this.#timer = setInterval(() => child.stdin?.write(`line ${this.#sent++}\n`), lineEveryMs);
  }

  /** How many lines it sent, each acknowledged; rejects where one was not. */
  async stop(): Promise<number> {
    clearInterval(this.#timer);
    this.#child.stdin?.end();
    const status = await this.#ended;
    // The client's own log, which tells of connections that ended, is no error of delivery.
    if (status !== 0 || /delivery failed/i.test(this.#complaints)) throw new Error(this.#complaints);
    return this.#sent;
  }
}

function caller({ ports }: Installation) {
  const url = `http://localhost:${ports.api}`;
  const headers = { 'content-type': 'application/json', origin: `http://localhost:${ports.console}` };
  const request = async (cookie: string, path: string, body?: object, method = 'POST'): Promise<Response> => {
    const sent = body === undefined ? {} : { method, body: JSON.stringify(body) };
    const response = await fetch(`${url}${path}`, { headers: { ...headers, cookie }, ...sent });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    // The shapes are those of the contracts; a test that reads a field which is not there fails on it.
    json: async <T>(cookie: string, path: string, body?: object) =>
      (await (await request(cookie, path, body)).json()) as T,
    send: async (cookie: string, method: 'PATCH' | 'DELETE', path: string, body: object = {}) => {
      await request(cookie, path, body, method);
    },
    status: async (cookie: string, path: string) => {
      const response = await fetch(`${url}${path}`, { headers: { ...headers, cookie } });
      await response.body?.cancel();
      return response.status;
    },
    session: async (path: string, body: object) => {
      const response = await request('', path, body);
      return response.headers
        .getSetCookie()
        .map((cookie) => cookie.split(';')[0])
        .join('; ');
    },
  };
}
