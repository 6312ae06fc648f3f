import type { Bootstrap } from './bootstrap.ts';

/** What a snippet is filled with. The secret is only there right after the key was made. */
export interface Connect {
  readonly bootstrap: Bootstrap;
  readonly keyId: string;
  readonly secret: string;
}

/**
 * A program that produces to `first-messages` and reads it back in a consumer group, as one block to paste
 * into a terminal: it makes its own folder, fetches the client and runs.
 */
export interface Snippet {
  readonly id: string;
  readonly name: string;
  readonly needs: string;
  readonly code: (connect: Connect) => string;
}

export const firstTopic = 'first-messages';

const caFile = 'weir-ca.pem';

/** The line that fetches the certificate that the program is to trust; nothing where it needs none. */
export function fetchCa({ caUrl }: Bootstrap): string {
  return caUrl === null ? '' : `curl --fail --silent --output ${caFile} '${caUrl}'\n`;
}

/** Lines that are only there where the client uses TLS, and such as name the certificate's file, if there is one. */
export function tlsLines(
  { protocol, caUrl }: Bootstrap,
  lines: { readonly trusted?: string; readonly byFile: (file: string) => string },
): string {
  if (protocol === 'SASL_PLAINTEXT') return '';
  return caUrl === null ? (lines.trusted ?? '') : lines.byFile(caFile);
}

/** The bootstrap addresses as the elements of a list, for clients that do not take them as one text. */
export function listed({ servers }: Bootstrap, quote: '"' | "'"): string {
  return servers
    .split(',')
    .map((address) => `${quote}${address}${quote}`)
    .join(', ');
}
