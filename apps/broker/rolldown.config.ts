import { isBuiltin } from 'node:module';
import { defineConfig } from 'rolldown';
import manifest from './package.json' with { type: 'json' };

const ours = (id: string) => id.startsWith('@weir/');
const packages = Object.keys(manifest.dependencies).filter((name) => !ours(name));

// One file an entry: a broker is to be ready within a fraction of a second of its process start, and
// resolving and stripping a hundred modules would take most of that. What this package names as its own
// dependencies (native add-ons, and what brings files of its own) stays a package.
export default defineConfig({
  // The worker's program lies beside the others, where the engine looks for it.
  input: {
    main: 'src/main.ts',
    standalone: 'src/standalone.ts',
    worker: '../../packages/broker/src/node-deps/worker.ts',
  },
  platform: 'node',
  external: (id) => isBuiltin(id) || packages.some((name) => id === name || id.startsWith(`${name}/`)),
  output: { dir: 'dist', format: 'esm', sourcemap: true, entryFileNames: '[name].js', cleanDir: true },
});
