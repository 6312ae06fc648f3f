import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create, type Font } from 'fontkit';

/** DejaVu Sans: Latin, Greek, Cyrillic, Hebrew, Arabic and more, but no Chinese, Japanese or Korean. */
const files = { regular: 'ttf/DejaVuSans.ttf', bold: 'ttf/DejaVuSans-Bold.ttf' } as const;

export interface Fonts {
  readonly regular: Font;
  readonly bold: Font;
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
  const [regular, bold] = [fontIn(files.regular), fontIn(files.bold)];
  const isDrawn = (letter: string) => regular.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0);
  return {
    regular,
    bold,
    drawable: (text) => Array.from(text, (letter) => (isDrawn(letter) ? letter : '□')).join(''),
  };
};

const fontIn = (file: string): Font => {
  const { resolve } = createRequire(import.meta.url);
  const font = create(readFileSync(resolve(`dejavu-fonts-ttf/${file}`)));
  if (font.type !== 'TTF') throw new Error(`${file} is no single font`);
  return font;
};
