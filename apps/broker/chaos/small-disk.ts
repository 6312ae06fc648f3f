import { execFileSync } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';

const roomyMb = 1024;
/** So that it fills up while it is written to, rather than at once. */
const roomLeftBytes = 64 * 1024;

/** A file system in memory that can be full from one moment to the next. Takes no more memory than what is in it. */
export class SmallDisk {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Null where this system mounts nothing for this user. */
  static mount(directory: string): SmallDisk | null {
    mkdirSync(directory, { recursive: true });
    try {
      run('mount', ['-t', 'tmpfs', '-o', `size=${roomyMb}m,mode=755`, 'weir-chaos', directory]);
      return new SmallDisk(directory);
    } catch {
      return null;
    }
  }

  fill(): void {
    const { blocks, bfree, bsize } = statfsSync(this.#directory);
    this.#resize(`${(blocks - bfree) * bsize + roomLeftBytes}`);
  }

  empty(): void {
    this.#resize(`${roomyMb}m`);
  }

  unmount(): void {
    run('umount', ['-l', this.#directory]);
  }

  #resize(size: string): void {
    run('mount', ['-o', `remount,size=${size}`, this.#directory]);
  }
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, [...args], { stdio: 'pipe', timeout: 10_000 });
}
