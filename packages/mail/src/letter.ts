/** What a mail says, before it is text or HTML. */
export interface Letter {
  readonly subject: string;
  readonly before: readonly string[];
  readonly link?: { readonly label: string; readonly url: string };
  readonly after: readonly string[];
}
