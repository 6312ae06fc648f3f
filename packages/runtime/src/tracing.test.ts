import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { beginSpan, currentTraceparent, readTraceparent, startTracing, traced } from './tracing.ts';

/** What a process of its own asks its loader for when it starts tracing with these variables. */
async function loadedBy(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const program = `
    import { registerHooks } from 'node:module';
    const asked = [];
    registerHooks({ resolve: (name, context, next) => { asked.push(name); return next(name, context); } });
    const { startTracing } = await import(${JSON.stringify(new URL('./tracing.ts', import.meta.url).href)});
    await (await startTracing('test', ${JSON.stringify(env)}, () => undefined))();
    console.log(JSON.stringify(asked));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  return JSON.parse(stdout) as string[]; // Printed by the program above.
}

const isTheLibrary = (name: string) => name.startsWith('@opentelemetry/');

test('without an endpoint nothing of the library is loaded, and with one it is', async () => {
  expect((await loadedBy({})).filter(isTheLibrary)).toEqual([]);
  expect((await loadedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: '' })).filter(isTheLibrary)).toEqual([]);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
  expect((await loadedBy(env)).filter(isTheLibrary)).toContain('@opentelemetry/sdk-trace');
});

test('what is not traced runs as it is, with its result and its failure', async () => {
  expect(beginSpan('work', { kind: 'internal' })).toBeNull();
  expect(await traced('work', { kind: 'internal' }, () => Promise.resolve(7))).toBe(7);
  const failing = traced('work', { kind: 'internal' }, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
});

const nobody = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
/** The library reads the process's own. */
const startToNobody = (report: (cause: unknown) => void) => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', nobody.OTEL_EXPORTER_OTLP_ENDPOINT);
  return startTracing('test', nobody, report);
};

test('a receiver that is away is reported once, and holds up no end', async () => {
  const reports: unknown[] = [];
  const end = await startToNobody((cause) => reports.push(cause));
  await traced('work', { kind: 'internal' }, () => Promise.resolve());
  const began = performance.now();
  await end();
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(reports).toHaveLength(1);
  expect(beginSpan('later', { kind: 'internal' })).toBeNull();
});

test('what is begun within a span is a part of it, and what comes after is not', async () => {
  const end = await startToNobody(() => undefined);
  const parent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`;
  const traceOf = (text: string | null) => text?.split('-')[1];
  await traced('outer', { kind: 'server', parent }, async () => {
    const outer = currentTraceparent();
    expect(traceOf(outer)).toBe('1'.repeat(32));
    expect(outer).not.toBe(parent);
    await traced('inner', { kind: 'internal' }, async () => {
      expect(traceOf(currentTraceparent())).toBe('1'.repeat(32));
      expect(currentTraceparent()).not.toBe(outer);
    });
    expect(currentTraceparent()).toBe(outer);
  });
  expect(currentTraceparent()).toBeNull();
  const unsampled = `00-${'3'.repeat(32)}-${'4'.repeat(16)}-00`;
  const span = beginSpan('quiet', { kind: 'server', parent: unsampled });
  expect(span?.traceparent).toMatch(/^00-3{32}-[0-9a-f]{16}-00$/);
  span?.end();
  await end();
});

test.each([
  undefined,
  '',
  `00-${'0'.repeat(32)}-${'2'.repeat(16)}-01`,
  `00-${'1'.repeat(32)}-${'0'.repeat(16)}-01`,
  `01-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
  `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01-x`,
  `00-${'A'.repeat(32)}-${'2'.repeat(16)}-01`,
])('%s is no parent', (text) => {
  expect(readTraceparent(text)).toBeNull();
});
