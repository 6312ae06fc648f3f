import type { Segment } from './segment.ts';

const hintsMax = 8;

/**
 * Where the last reads from disk ended: a consumer that reads on finds its place without the index, whose
 * entry for the offset may lie a whole batch before it.
 */
export class ReadHints {
  readonly #hints: { readonly segment: Segment; readonly offset: number; readonly position: number }[] = [];

  /** `offset` is the first one of the batch that begins at `position`. */
  add(segment: Segment, offset: number, position: number): void {
    this.#hints.push({ segment, offset, position });
    if (this.#hints.length > hintsMax) this.#hints.shift();
  }

  positionOf(segment: Segment, offset: number): number | null {
    const hint = this.#hints.findLast((each) => each.offset === offset && each.segment === segment);
    return hint?.position ?? null;
  }
}
