import { defineConfig } from 'rolldown';

// One file starts several times faster than hundreds. BullMQ's optional telemetry stays outside.
export default defineConfig({
  input: 'src/main.ts',
  platform: 'node',
  tsconfig: './tsconfig.json',
  external: [/^node:/, 'bullmq-otel'],
  resolve: { mainFields: ['module', 'main'] },
  output: { dir: 'dist', entryFileNames: 'main.js', format: 'esm', sourcemap: true, keepNames: true },
});
