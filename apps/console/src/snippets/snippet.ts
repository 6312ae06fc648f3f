/** What a snippet is filled with. The secret is only there right after the key was made. */
export interface Connect {
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
