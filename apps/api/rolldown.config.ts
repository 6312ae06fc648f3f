import { defineConfig, type RolldownOptions } from 'rolldown';

// One file starts several times faster than hundreds. What stays outside: native add-ons, WebAssembly and fonts that are
// read from files, what runs in threads from files of its own, and packages that Nest asks for only to see whether they are
// there.
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
  external: [/^@node-rs\//, 'snappy', 'lz4-napi', 'pdfkit', 'fontkit', 'piscina', /^node:/, ...absent],
  resolve: { mainFields: ['module', 'main'] },
  output: { dir: 'dist', entryFileNames: '[name].js', format: 'esm', sourcemap: true, keepNames: true },
});

export default defineConfig([
  // The others run in threads of their own, which find them beside the first.
  bundle({
    main: 'src/main.ts',
    'decode-thread': 'src/records/decode-thread.ts',
    'print-thread': 'src/paper/print-thread.ts',
  }),
  // The operator's command, by itself: in what it would share with the API nothing came before the decorators that
  // need `reflect-metadata`.
  bundle({ admin: 'src/admin/main.ts' }),
]);
