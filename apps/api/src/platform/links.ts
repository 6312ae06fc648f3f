/** Addresses and resource names in replies: one place that knows how they are built. */
export class Links {
  readonly #publicUrl: string;

  constructor(publicUrl: string) {
    this.#publicUrl = publicUrl;
  }

  url(path: string): string {
    return `${this.#publicUrl}${path}`;
  }

  /** `crn://weir/organization=…/environment=…/…`: from the outermost to the thing itself. */
  resourceName(...parts: readonly (readonly [kind: string, id: string])[]): string {
    return `crn://weir/${parts.map(([kind, id]) => `${kind}=${encodeURIComponent(id)}`).join('/')}`;
  }

  metadata(path: string, resourceName: string, row: { createdAt: Date; updatedAt: Date }) {
    return {
      self: this.url(path),
      resource_name: resourceName,
      created_at: row.createdAt.toISOString(),
      updated_at: row.updatedAt.toISOString(),
    };
  }

  reference(id: string, path: string, resourceName: string) {
    return { id, related: this.url(path), resource_name: resourceName };
  }
}
