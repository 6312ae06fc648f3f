import { defineConfig } from 'rolldown';

// One file starts several times faster than hundreds. What stays outside: native add-ons, WebAssembly that is
// read from a file, and packages that Nest asks for only to see whether they are there.
const absent = [
  /^@nestjs\/(microservices|websockets)/,
  'class-transformer',
  'class-validator',
  'bullmq-otel',
];

export default defineConfig({
  input: 'src/main.ts',
  platform: 'node',
  tsconfig: './tsconfig.json',
  external: [/^@node-rs\//, '@platformatic/kafka', /^node:/, ...absent],
  resolve: { mainFields: ['module', 'main'] },
  output: { dir: 'dist', entryFileNames: 'main.js', format: 'esm', sourcemap: true, keepNames: true },
});
