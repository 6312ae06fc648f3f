/** Kafka's own notation of a range of versions: `3`, `0-12` or `9+`. */
export type Versions = `${number}` | `${number}-${number}` | `${number}+`;

/** Whether the range holds the version. Null is the empty range ("none"). */
export function hasVersion(versions: Versions | null, version: number): boolean {
  if (versions === null) return false;
  if (versions.endsWith('+')) return version >= Number(versions.slice(0, -1));
  const [first, last = first] = versions.split('-');
  return version >= Number(first) && version <= Number(last);
}
