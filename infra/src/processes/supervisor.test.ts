import { type ChildProcess, spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { identify, isSame } from './proc.ts';
import { type Service, Supervisor } from './supervisor.ts';

/** A real process that runs until it is told to end. */
function sleeper(
  name: string,
  script = 'sleep 60',
  stopMsMax = 3000,
): Service & { children: ChildProcess[] } {
  const children: ChildProcess[] = [];
  return {
    name,
    children,
    stopSignal: 'SIGTERM',
    stopMsMax,
    start: async (onSpawn) => {
      const child = spawn('sh', ['-c', `${script}`], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
      onSpawn(child);
      children.push(child);
      await new Promise((resolve) => child.once('spawn', resolve));
    },
  };
}

function watched() {
  const said: string[] = [];
  const waiting: { text: string; resolve: () => void }[] = [];
  const say = (line: string) => {
    said.push(line);
    for (const { text, resolve } of waiting) if (line.includes(text)) resolve();
  };
  const hear = (text: string) => new Promise<void>((resolve) => waiting.push({ text, resolve }));
  const running: string[][] = [];
  const changed = (list: readonly { name: string }[]) => running.push(list.map((each) => each.name));
  return { supervisor: new Supervisor({ say, changed }), said, hear, running };
}

test('starts again what dies, and says so with the reason', async () => {
  const { supervisor, said, hear } = watched();
  const service = sleeper('worker');
  await supervisor.start(service);
  const again = hear('runs again');
  service.children[0]?.kill('SIGKILL');
  await again;
  expect(said[0]).toBe('! worker ended (SIGKILL); starting it again in 0.25 s');
  expect(service.children).toHaveLength(2);
  await supervisor.stop([['worker']]);
  expect(service.children[1]?.signalCode).toBe('SIGTERM');
});

test('a service that is ended alone is not started again, and the others run on', async () => {
  const { supervisor, said, running } = watched();
  const [one, other] = [sleeper('broker-1'), sleeper('broker-2')];
  await supervisor.start(one);
  await supervisor.start(other);
  await supervisor.end('broker-2');
  await supervisor.end('broker-7');
  expect(other.children[0]?.signalCode).toBe('SIGTERM');
  expect(running.at(-1)).toEqual(['broker-1']);
  expect([said, one.children[0]?.exitCode, one.children.length]).toEqual([[], null, 1]);
  await supervisor.start(sleeper('broker-2'));
  expect(running.at(-1)).toEqual(['broker-1', 'broker-2']);
  await supervisor.stop([['broker-1', 'broker-2']]);
});

test('a service that cannot start again is tried with growing pauses until it is stopped', async () => {
  const { supervisor, hear } = watched();
  const service = sleeper('api');
  await supervisor.start(service);
  const { start } = service;
  service.start = () => Promise.reject(new Error('port is gone'));
  const longer = hear('did not start: port is gone; starting it again in 0.5 s');
  service.children[0]?.kill('SIGKILL');
  await longer;
  service.start = start;
  await supervisor.stop([['api']]);
  expect(service.children).toHaveLength(1);
});

test('what stands in the way is told at once, and the service runs as soon as it is gone', async () => {
  const { supervisor, said, hear } = watched();
  let obstacle: string | null = 'Port 4000 is taken by process 7 (nc): end it.';
  const service = { ...sleeper('api'), obstacle: () => Promise.resolve(obstacle) };
  await supervisor.start(service);
  const waits = hear('! api waits: Port 4000 is taken by process 7 (nc): end it.');
  service.children[0]?.kill('SIGKILL');
  await waits;
  const again = hear('! api runs again');
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(service.children).toHaveLength(1);
  const freed = performance.now();
  obstacle = null;
  await again;
  expect(performance.now() - freed).toBeLessThan(1_000);
  expect(said.filter((line) => line.includes('waits'))).toHaveLength(1);
  await supervisor.stop([['api']]);
});

test('stops group after group, takes along what a process started, and kills what will not end', async () => {
  const { supervisor, said } = watched();
  const order: string[] = [];
  const services = [
    sleeper('postgres'),
    sleeper('console', 'sleep 60 & echo $!; wait'),
    sleeper('stubborn', "trap '' TERM; echo trapped; sleep 60; sleep 60", 200),
  ];
  for (const service of services) {
    await supervisor.start(service);
    service.children[0]?.once('exit', () => order.push(service.name));
  }
  const firstLine = (service: (typeof services)[number] | undefined) =>
    new Promise<string>((resolve) =>
      service?.children[0]?.stdout?.once('data', (data) => resolve(String(data))),
    );
  const [grandchild] = await Promise.all([firstLine(services[1]), firstLine(services[2])]);
  const identity = identify(Number(grandchild));
  if (identity === null) throw new Error('the grandchild does not run');
  await supervisor.stop([['console', 'stubborn'], ['postgres']]);
  expect(order.at(-1)).toBe('postgres');
  expect(said).toEqual(['! stubborn did not end within 0.2 s and was killed']);
  await expect.poll(() => isSame(identity)).toBe(false);
});
