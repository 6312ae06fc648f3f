import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from '../root.ts';

const buildMsMax = 600_000;

/** Runs a turbo task in every package that has it (`only` narrows them). Throws with the end of its output. */
export async function runTurbo(task: string, only: readonly string[] = []): Promise<void> {
  const filters = only.map((name) => `--filter=${name}`);
  const args = ['run', task, '--output-logs=errors-only', '--no-color', ...filters];
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', NEXT_TELEMETRY_DISABLED: '1', CI: 'true' };
  try {
    await promisify(execFile)('turbo', args, {
      cwd: root,
      env,
      timeout: buildMsMax,
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (cause) {
    const { stdout, stderr } = cause as { stdout?: string; stderr?: string };
    const output = `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n').slice(-60).join('\n');
    throw new Error(`turbo run ${task} failed:\n${output}`, { cause });
  }
}
