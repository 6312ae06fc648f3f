import { AbuseStage } from './abuse-stage.ts';
import { catalog } from './catalog.ts';
import type { AbuserOrder, AbuserWord } from './messages.ts';

// The abuser's process: does one case and waits to be ended, with all that it holds open.

const say = (word: AbuserWord) => process.send?.(word);
let stage: AbuseStage | null = null;

async function obey(order: AbuserOrder): Promise<void> {
  if (order.kind === 'prepare') {
    stage = new AbuseStage(order.task);
    const found = catalog.find(({ name }) => name === order.task.name);
    await found?.prepare?.(stage);
    say({ kind: 'prepared' });
    return;
  }
  if (stage === null) throw new Error('nothing was prepared');
  const { name } = stage.task;
  stage.begin();
  await catalog.find((each) => each.name === name)?.run(stage);
  say({ kind: 'done', deeds: stage.deeds() });
}

process.on('message', (order: AbuserOrder) => {
  obey(order).catch((cause: unknown) => {
    say({ kind: 'failed', message: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) });
  });
});
process.on('disconnect', () => process.exit(0));
