import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create, type Font } from 'fontkit';

const { resolve } = createRequire(import.meta.url);
const fontOf = (name: string): Font => {
  const font = create(readFileSync(resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`)));
  if (font.type === 'TTF') return font;
  throw new Error(`${name} is no single font`);
};

let opened: { readonly regular: Font; readonly bold: Font } | null = null;

/** The letters that are printed: Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew, Arabic. Read when first asked for. */
export const paperFonts = () => {
  opened ??= { regular: fontOf('DejaVuSansCondensed'), bold: fontOf('DejaVuSansCondensed-Bold') };
  return opened;
};

/** Stands for each letter that the font lacks. */
export const lackingLetter = '□';

/** The text with `lackingLetter` wherever the font has no letter, so that nothing disappears unseen. */
export const printable = (text: string, font: Font): string =>
  Array.from(text.normalize('NFC'), (letter) =>
    font.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0) ? letter : lackingLetter,
  ).join('');
