import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TrialNews, TrialOrder } from './trial.ts';

export type Verdict =
  | { readonly kind: 'found'; readonly seed: number; readonly violation: string }
  | { readonly kind: 'missed' };

/** A run takes a second or two; with a mutant it may also never end, which shows as well. */
const silentMsMax = 120_000;

/**
 * Plays a cell with the mutant, seed after seed, until a run fails. In a process of its own: what it has imported
 * nobody can take back. Rejects where the mutant does not let itself be planted. `onLine` gets what is traced.
 */
export async function tryMutant(
  order: TrialOrder,
  onLine: (line: string) => void = () => undefined,
): Promise<Verdict> {
  const script = join(import.meta.dirname, 'trial.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(order)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  let seed: number | null = null;
  let verdict: Verdict | null = null;
  let problem = '';
  let isSilent = false;
  const silence = setTimeout(() => {
    isSilent = true;
    child.kill('SIGKILL');
  }, silentMsMax);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    problem = `${problem}${text}`.slice(0, problemCharactersMax);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    silence.refresh();
    const news = newsIn(line);
    if (news === null) onLine(line);
    else if (news.kind === 'begins') seed = news.seed;
    else verdict = news;
  });
  await ended.finally(() => clearTimeout(silence));
  if (verdict !== null) return verdict;
  if (seed === null) throw new Error(`the trial of ${order.name} did not begin: ${problem}`);
  const violation = isSilent
    ? `seed ${seed}: the run does not end`
    : `seed ${seed}: ${firstProblem(problem)}`;
  return { kind: 'found', seed, violation };
}

const problemCharactersMax = 100_000;

/** What Node says of a process that it ends begins with where, and goes on with a stack. */
const firstProblem = (problem: string): string =>
  problem.split('\n').find((line) => /Error|Violation/.test(line)) ?? (problem || 'the process ended');

function newsIn(line: string): TrialNews | null {
  // Whatever else the trial prints is no object.
  return line.startsWith('{"kind":') ? (JSON.parse(line) as TrialNews) : null;
}
