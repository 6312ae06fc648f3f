import { z } from 'zod';

/**
 * Control characters, and those that turn the text around them so that a name could read as another
 * (Unicode TR 36, 3.2), and the ends of lines and paragraphs.
 */
const unprintable = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** Whether a line of text can be shown to people as it is. */
export const isPlainLine = (text: string): boolean => text.isWellFormed() && !unprintable.test(text);

/** Text of one line that is shown to people: a name. */
export const plainLine = <Schema extends z.ZodType<string>>(schema: Schema) =>
  schema.refine(
    isPlainLine,
    'Leave out control characters, line ends, and characters that change the direction of text.',
  );

/** Text of several lines that is shown to people: a description. */
export const plainLines = <Schema extends z.ZodType<string>>(schema: Schema) =>
  schema.refine(
    (text) => isPlainLine(text.replaceAll(/[\t\n\r]/g, '')),
    'Leave out control characters and characters that change the direction of text.',
  );

/**
 * Text that no store refuses to be asked about: NUL and lone surrogates become U+FFFD, which no id of ours
 * holds. So an id with them is answered exactly like one that does not exist.
 */
export const askableText = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');

/** What a list is filtered by: any text, matching nothing if nothing can have it. */
export const filterText = z.string().max(255).overwrite(askableText);
