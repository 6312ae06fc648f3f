import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { addClusters, fillDay, rowsPerDay } from './fill.ts';
import { openGround } from './ground.ts';
import { measureIntake } from './intake.ts';
import { measureQueries } from './queries.ts';

const help = `Usage: npm run bench:ledger -- [--rows 20000000] [--times 200] [--windows 40000]

The usage ledger at size: what pages ask of it, over HTTP, and how many windows a second it takes in.

  --rows N      Raw rows, in whole days before today, of one organization with 20 clusters.
  --times N     How often each question is asked.
  --windows N   Reports of brokers that wait in the queue when the worker starts.
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    rows: { type: 'string', default: '20000000' },
    times: { type: 'string', default: '200' },
    windows: { type: 'string', default: '40000' },
  },
});

const dayMs = 86_400_000;
const load = () => readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' ');
const say = (line: string) => process.stdout.write(`${line}\n`);

/** A person who signed up, as she asks: how many milliseconds it took. */
const signUp = async (apiUrl: string) => {
  const headers = { 'content-type': 'application/json', origin: 'http://localhost:3000' };
  const body = JSON.stringify({ name: 'Ada', email: 'ada@example.com', password: 'a long enough password' });
  const signedUp = await fetch(`${apiUrl}/auth/sign-up/email`, { method: 'POST', headers, body });
  if (!signedUp.ok) throw new Error(`sign-up: ${signedUp.status} ${await signedUp.text()}`);
  const cookie = signedUp.headers.getSetCookie().map((each) => each.split(';')[0]);
  const get = async (path: string): Promise<number> => {
    const startedAt = performance.now();
    const answer = await fetch(`${apiUrl}${path}`, { headers: { cookie: cookie.join('; ') } });
    const text = await answer.text();
    if (answer.ok) return performance.now() - startedAt;
    if (answer.status !== 429) throw new Error(`${path}: ${answer.status} ${text}`);
    // More than one person may ask in a minute.
    await delay(1_000 * Number(answer.headers.get('retry-after') ?? 5));
    return get(path);
  };
  return get;
};

const run = async (): Promise<void> => {
  const ground = await openGround();
  try {
    const stopApi = await ground.start('api');
    const get = await signUp(ground.apiUrl);
    const { id } = await ground.db.organization.findFirstOrThrow({ select: { id: true } });
    const today = Math.floor(Date.now() / dayMs) * dayMs;
    const days = Math.ceil(Number(values.rows) / rowsPerDay);
    await addClusters(ground.db, id, new Date(today - days * dayMs));
    const filledAt = performance.now();
    for (let back = days; back > 0; back--) {
      await fillDay(ground.db, new Date(today - back * dayMs));
      if (back % 5 === 0) say(`${back} days to fill, load ${load()}`);
    }
    await ground.db.$executeRaw`VACUUM ANALYZE`;
    const [{ size }] = await ground.db.$queryRaw<[{ size: string }]>`
      SELECT pg_size_pretty(pg_database_size(current_database())) AS size`;
    say(`${days * rowsPerDay} raw rows in ${days} days, ${size}, filled in ${seconds(filledAt)} s`);
    say(`${cpus().length} cores, load before the questions: ${load()}`);
    await measureQueries(get, today, Number(values.times));
    say(`load after: ${load()}`);
    await stopApi();
    const start = () => ground.start('worker');
    const perSecond = await measureIntake(ground.db, ground.redisUrl, start, Number(values.windows));
    say(`windows taken in: ${perSecond.toFixed(0)} a second, load after: ${load()}`);
  } finally {
    await ground.stop();
  }
};

const seconds = (since: number): string => ((performance.now() - since) / 1_000).toFixed(0);

if (values.help) say(help);
else await run();
