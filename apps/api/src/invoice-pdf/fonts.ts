import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create } from 'fontkit';

/** DejaVu Sans: Latin, Greek, Cyrillic, Hebrew, Arabic and more, but no Chinese, Japanese or Korean. */
const files = { regular: 'ttf/DejaVuSans.ttf', bold: 'ttf/DejaVuSans-Bold.ttf' } as const;

export interface Fonts {
  /** Where the files are. */
  readonly regular: string;
  readonly bold: string;
  /** The same text with what has no glyph as □. */
  drawable(text: string): string;
}

let opened: Fonts | null = null;

/** Read once: a thread draws several invoices before it ends. */
export const openFonts = (): Fonts => {
  opened ??= read();
  return opened;
};

const read = (): Fonts => {
  const require = createRequire(import.meta.url);
  const find = (file: string) => require.resolve(`dejavu-fonts-ttf/${file}`);
  const [regular, bold] = [find(files.regular), find(files.bold)];
  const font = create(readFileSync(regular));
  if (!('hasGlyphForCodePoint' in font)) throw new Error('the font of invoices is a collection of fonts');
  const isDrawn = (letter: string) => font.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0);
  return {
    regular,
    bold,
    drawable: (text) => Array.from(text, (letter) => (isDrawn(letter) ? letter : '□')).join(''),
  };
};
