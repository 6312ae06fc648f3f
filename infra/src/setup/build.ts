import { spawn } from 'node:child_process';
import { root } from '../root.ts';

const buildMsMax = 600_000;
const outputLinesMax = 60;

/**
 * Runs a turbo task in every package that has it (`only` narrows them). Throws with the end of its output.
 * When `signal` aborts, the task ends with everything it started.
 */
export async function runTurbo(
  task: string,
  options: { readonly only?: readonly string[]; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const filters = (options.only ?? []).map((name) => `--filter=${name}`);
  const args = ['run', task, '--output-logs=errors-only', '--no-color', ...filters];
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', NEXT_TELEMETRY_DISABLED: '1', CI: 'true' };
  const child = spawn('turbo', args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const end = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
  };
  const timer = setTimeout(end, buildMsMax);
  options.signal?.addEventListener('abort', end, { once: true });
  try {
    const how = await new Promise<string | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code === 0 ? null : (signal ?? `status ${code}`)));
    });
    if (how === null) return;
    const lines = output.trim().split('\n').slice(-outputLinesMax).join('\n');
    throw new Error(`turbo run ${task} ended with ${how}:\n${lines}`);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', end);
  }
}
