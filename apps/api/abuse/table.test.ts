import { expect, it } from 'vitest';
import { withSection } from './table.ts';

const mine = '## Over REST and the console\n\nnew\n';

it('is put at the end of a file that has none', () => {
  expect(withSection('# Title\n\n## Over Kafka\n\ntable\n', mine)).toBe(
    `# Title\n\n## Over Kafka\n\ntable\n\n${mine}`,
  );
});

it('takes the place of the one before, and of nothing else', () => {
  const file = '# Title\n\n## Over REST and the console\n\nold\n\n## Over Kafka\n\ntable\n';
  expect(withSection(file, mine)).toBe(`# Title\n\n${mine}\n## Over Kafka\n\ntable\n`);
  expect(withSection(withSection(file, mine), mine)).toBe(withSection(file, mine));
});
