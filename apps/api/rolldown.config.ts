import { defineConfig, type RolldownOptions } from 'rolldown';

// One file starts several times faster than hundreds. What stays outside: native add-ons, WebAssembly that is
// read from a file, and packages that Nest asks for only to see whether they are there.
const absent = [
  /^@nestjs\/(microservices|websockets)/,
  'class-transformer',
  'class-validator',
  'bullmq-otel',
];

const bundle = (input: Readonly<Record<string, string>>): RolldownOptions => ({
  input: { ...input },
  platform: 'node',
  tsconfig: './tsconfig.json',
  external: [/^@node-rs\//, 'snappy', 'lz4-napi', /^node:/, ...absent],
  resolve: { mainFields: ['module', 'main'] },
  output: { dir: 'dist', entryFileNames: '[name].js', format: 'esm', sourcemap: true, keepNames: true },
});

export default defineConfig([
  // The second runs in threads of its own, which find it beside the first.
  bundle({ main: 'src/main.ts', 'decode-thread': 'src/records/decode-thread.ts' }),
  // The operator's command, by itself: in what it would share with the API nothing came before the decorators that
  // need `reflect-metadata`.
  bundle({ admin: 'src/admin/main.ts' }),
]);
