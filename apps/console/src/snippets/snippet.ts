/** What a snippet is filled with. The secret is only there right after the key was made. */
export interface Connect {
  /** `host:port`, or several with commas between them. */
  readonly bootstrap: string;
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

/** The bootstrap addresses as the elements of a list, for clients that do not take them as one text. */
export function listed(bootstrap: string, quote: '"' | "'"): string {
  return bootstrap
    .split(',')
    .map((address) => `${quote}${address}${quote}`)
    .join(', ');
}
