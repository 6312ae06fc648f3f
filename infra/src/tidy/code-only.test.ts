import { expect, test } from 'vitest';
import { codeOnly } from './code-only.ts';

const keep = (text: string) => codeOnly(text, { strings: 'keep' });
const blank = (text: string) => codeOnly(text, { strings: 'blank' });

test('blanks comments and keeps what only looks like one', () => {
  expect(keep('a // b\nc /* d\ne */ f')).toBe('a     \nc     \n     f');
  expect(keep('\'// no\' + "/* no */" + `// no`')).toBe('\'// no\' + "/* no */" + `// no`');
  expect(keep('x = /\\/\\/[/*]/g; // y')).toBe('x = /\\/\\/[/*]/g;     ');
  expect(keep('a / b / c // d')).toBe('a / b / c     ');
});

test('blanks strings but not the code inside of templates', () => {
  expect(blank('f(\'Date.now()\', "any")')).toBe('f(\'          \', "   ")');
  const nested = `\`a $\{Date.now()} b $\{ \`c $\{d}\` } e\``;
  expect(blank(nested)).toBe(`\`  $\{Date.now()}   $\{ \`  $\{d}\` }  \``);
  expect(blank(`\`$\{ { a: {} } } x\``)).toBe(`\`$\{ { a: {} } }  \``);
  expect(blank('/any/.test(x)')).toBe('/   /.test(x)');
});

test('keeps lines and columns', () => {
  const text = 'const a = 1; // one\n/* two\n three */ const b = `x\ny`;\n';
  for (const result of [keep(text), blank(text)]) {
    expect(result).toHaveLength(text.length);
    expect(result.split('\n')).toHaveLength(text.split('\n').length);
  }
});
