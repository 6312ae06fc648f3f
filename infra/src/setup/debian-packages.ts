import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

const installMsMax = 300_000;

/** How to run a command as root without being asked anything; null when that is not possible. */
function asRoot(): readonly string[] | null {
  if (process.getuid?.() === 0) return [];
  try {
    execFileSync('sudo', ['-n', 'true'], { stdio: 'ignore', timeout: 5000 });
    return ['sudo', '-n'];
  } catch {
    return null;
  }
}

export function hasProgram(name: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], { stdio: 'ignore', timeout: 5000 });
    return true;
  } catch {
    return false;
  }
}

/**
 * Installs packages of Debian (or a system like it). Throws an error that says which packages to install by
 * hand when there is no apt-get, no root and no sudo without a password, or when the installation fails.
 */
export async function installDebianPackages(names: readonly string[]): Promise<void> {
  const byHand = `install ${names.join(' ')} by hand`;
  if (!hasProgram('apt-get')) throw new Error(`there is no apt-get on this system: ${byHand}`);
  const prefix = asRoot();
  if (prefix === null) throw new Error(`neither root nor sudo without a password: ${byHand}`);
  const apt = async (...args: readonly string[]) => {
    const [command = 'env', ...rest] = [
      ...prefix,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      ...args,
    ];
    await promisify(execFile)(command, rest, { timeout: installMsMax, maxBuffer: 16 * 1024 * 1024 });
  };
  const install = () => apt('install', '-y', '--no-install-recommends', ...names);
  try {
    await install();
  } catch {
    // The lists of a fresh machine are empty or old; with new ones the second attempt tells.
    try {
      await apt('update');
      await install();
    } catch (cause) {
      throw new Error(`apt-get could not install ${names.join(' ')}: ${byHand}`, { cause });
    }
  }
}
