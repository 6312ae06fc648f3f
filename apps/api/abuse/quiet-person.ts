import { setTimeout as delay } from 'node:timers/promises';
import { Asker, type Reply } from './ask.ts';
import type { Sample } from './figures.ts';
import type { Request } from './generate-cases.ts';
import { everyMs, type Person, type Report } from './quiet-deeds.ts';

// A process of its own: a person at the console, who does one thing after the other and measures each.

// Written by the parent, which has the same type.
const person = JSON.parse(process.argv[2] ?? '{}') as Person;
const asker = new Asker(person.consolePort, person.from, 32);
const { cookie, clusterId, topicName, email, password } = person;
const origin = `http://localhost:${person.consolePort}`;
const records = `/api/kafka/v3/clusters/${clusterId}/topics/${topicName}/records`;

interface Deed {
  readonly kind: string;
  readonly request: Request;
}
const get = (kind: string, path: string): Deed => ({
  kind,
  request: { method: 'GET', path, headers: { cookie } },
});
const post = (kind: string, path: string, body: object, headers: Record<string, string>): Deed => ({
  kind,
  request: { method: 'POST', path, body: JSON.stringify(body), headers: { ...headers, origin } },
});

const list = get('list', '/api/cmk/v2/clusters');
const page = get('page', `/clusters/${clusterId}`);
const read = get('read', `${records}?limit=10`);
const produce = post('produce', records, { value: { type: 'STRING', data: 'quiet' } }, { cookie });
const signIn = post('sign in', '/api/auth/sign-in/email', { email, password }, {});
const round: readonly Deed[] = [list, read, produce, page, list, read, produce, page, list, signIn];

const problemOf = ({ failure, status, text }: Reply): string | null => {
  if (failure !== null) return failure;
  return status === 200 ? null : `${status} ${text.slice(0, 200)}`;
};

let running = true;
process.on('disconnect', () => {
  running = false;
});

/** Nobody presses the same button a third time while it still turns; of the first it is known how long it took. */
const atOnceMax = 3;
const underWay = new Map<string, number>();
/** When those were due that are not answered yet. */
const unanswered = new Set<number>();

const act = async ({ kind, request }: Deed, dueMs: number): Promise<void> => {
  const before = underWay.get(kind) ?? 0;
  if (before >= atOnceMax) return;
  underWay.set(kind, before + 1);
  unanswered.add(dueMs);
  const reply = await asker.ask(request);
  underWay.set(kind, (underWay.get(kind) ?? 1) - 1);
  unanswered.delete(dueMs);
  const sample: Sample = { kind, dueMs, tookMs: Date.now() - dueMs, error: problemOf(reply) };
  if (running)
    process.send?.({ sample, answeredUntilMs: Math.min(Date.now(), ...unanswered) } satisfies Report);
};

const started = Date.now();
for (let turn = 0; running; turn++) {
  const dueMs = started + turn * everyMs;
  const waitMs = dueMs - Date.now();
  if (waitMs > 0) await delay(waitMs);
  const deed = round[turn % round.length];
  if (deed !== undefined) void act(deed, dueMs);
}
asker.close();
