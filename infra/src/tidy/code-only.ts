/**
 * The text with comments blanked out, and with `strings: 'blank'` also what stands inside quotes; lines and
 * columns stay. It knows TypeScript's lexis well enough for rules of style: regular expressions are told
 * from divisions by what stands before them.
 */
export function codeOnly(text: string, options: { readonly strings: 'keep' | 'blank' }): string {
  const out = [...text];
  const blank = (from: number, to: number) => {
    for (let at = from; at < to; at++) if (out[at] !== '\n') out[at] = ' ';
  };
  /** What `${` interrupts: the number of braces open inside of each. */
  const templates: number[] = [];
  let at = 0;
  while (at < text.length) {
    const from = at;
    const two = text.slice(at, at + 2);
    const one = text[at] ?? '';
    if (two === '//') {
      at = endOf(text, '\n', at);
      blank(from, at);
    } else if (two === '/*') {
      at = endOf(text, '*/', at + 2) + 2;
      blank(from, at);
    } else if (one === "'" || one === '"') {
      at = endOfString(text, one, at + 1);
      if (options.strings === 'blank') blank(from + 1, at - 1);
    } else if (one === '/' && startsRegExp(text, at)) {
      at = endOfRegExp(text, at + 1);
      if (options.strings === 'blank') blank(from + 1, at - 1);
    } else if (one === '`' || (one === '}' && templates.at(-1) === 0)) {
      if (one === '}') templates.pop();
      const part = endOfTemplatePart(text, at + 1);
      if (part.isOpen) templates.push(0);
      at = part.end;
      if (options.strings === 'blank') blank(from + 1, at - (part.isOpen ? 2 : 1));
    } else {
      const depth = templates.at(-1);
      if (depth !== undefined && one === '{') templates[templates.length - 1] = depth + 1;
      if (depth !== undefined && one === '}') templates[templates.length - 1] = depth - 1;
      at += 1;
    }
  }
  return out.join('');
}

function endOf(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length : found;
}

function endOfString(text: string, quote: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote || text[at] === '\n') return at + 1;
  }
  return text.length;
}

function endOfTemplatePart(text: string, from: number): { readonly end: number; readonly isOpen: boolean } {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '`') return { end: at + 1, isOpen: false };
    else if (text.startsWith('${', at)) return { end: at + 2, isOpen: true };
  }
  return { end: text.length, isOpen: false };
}

/** A slash after a value divides; after an operator, an opening or a keyword it begins a pattern. */
function startsRegExp(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 40), at).trimEnd();
  return (
    before === '' || /[=(,:[!&|?{};+\-*%~^<>]$/.test(before) || /\b(return|typeof|case|in|of)$/.test(before)
  );
}

function endOfRegExp(text: string, from: number): number {
  let isInClass = false;
  for (let at = from; at < text.length; at++) {
    const one = text[at];
    if (one === '\\') at += 1;
    else if (one === '[') isInClass = true;
    else if (one === ']') isInClass = false;
    else if (one === '\n') return at;
    else if (one === '/' && !isInClass) return at + 1;
  }
  return text.length;
}
