import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { WatchdogNews } from './watchdog.ts';

// Waits for the end of a campaign, however it ends, and clears away what it has left.

const pids = new Set<number>();
const directories = new Set<string>();
const made = new Set<string>();

// Signals to the campaign's terminal are for the campaign: it may still end in order.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

// Written by watchdog.ts.
process.on('message', (message) => take(message as WatchdogNews));

function take(news: WatchdogNews): void {
  switch (news.kind) {
    case 'began':
      pids.add(news.pid);
      break;
    case 'ended':
      pids.delete(news.pid);
      break;
    case 'mounted':
      directories.add(news.directory);
      break;
    case 'unmounted':
      directories.delete(news.directory);
      break;
    case 'made':
      made.add(news.directory);
      break;
    case 'kept':
      made.delete(news.directory);
      break;
  }
}

process.once('disconnect', () => {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended together with the campaign.
    }
  }
  for (const directory of directories) execFileSync('umount', ['-l', directory], { stdio: 'ignore' });
  // Whoever was killed a moment ago may still be about to write there.
  for (const directory of made)
    rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  process.exit(0);
});
