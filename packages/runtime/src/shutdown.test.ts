import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';
import { createShutdown, type ProcessSignals } from './shutdown.ts';

const silent = createLogger('test', 'silent');

class FakeProcess extends EventEmitter implements ProcessSignals {
  readonly exited = Promise.withResolvers<number>();
  exit(code: number): void {
    this.exited.resolve(code);
  }
}

it('closes in reverse order, once, and exits with 0', async () => {
  const signals = new FakeProcess();
  const shutdown = createShutdown(silent, 10_000, signals);
  const closed: string[] = [];
  shutdown.add('store', () => closed.push('store'));
  shutdown.add('server', async () => closed.push('server'));
  signals.emit('SIGTERM');
  signals.emit('SIGINT');
  expect(await signals.exited.promise).toBe(0);
  expect(closed).toEqual(['server', 'store']);
});

it('closes the rest when one part fails, and says so by exit code 1', async () => {
  const signals = new FakeProcess();
  const shutdown = createShutdown(silent, 10_000, signals);
  const closed: string[] = [];
  shutdown.add('store', () => closed.push('store'));
  shutdown.add('server', () => Promise.reject(new Error('stuck')));
  signals.emit('SIGTERM');
  expect(await signals.exited.promise).toBe(1);
  expect(closed).toEqual(['store']);
});

it('gives up what does not close in time', async () => {
  const signals = new FakeProcess();
  const shutdown = createShutdown(silent, 1, signals);
  shutdown.add('server', () => new Promise(() => {}));
  signals.emit('SIGTERM');
  expect(await signals.exited.promise).toBe(1);
});

it('ends the process with 1 after an error that nobody caught', async () => {
  const signals = new FakeProcess();
  createShutdown(silent, 10_000, signals);
  signals.emit('unhandledRejection', new Error('lost'));
  expect(await signals.exited.promise).toBe(1);
});
