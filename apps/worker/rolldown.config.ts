import { defineConfig } from 'rolldown';

// One file starts several times faster than hundreds. BullMQ's optional telemetry and native add-ons stay outside.
export default defineConfig({
  input: 'src/main.ts',
  platform: 'node',
  tsconfig: './tsconfig.json',
  external: [/^node:/, /^@node-rs\//, 'bullmq-otel'],
  resolve: { mainFields: ['module', 'main'] },
  output: { dir: 'dist', entryFileNames: 'main.js', format: 'esm', sourcemap: true, keepNames: true },
});
