const emptyBytes = Buffer.alloc(0);

/** A copy with memory of its own: one out of the shared pool would keep eight kilobytes of others' bytes alive. */
export function keptCopy(bytes: Buffer): Buffer {
  if (bytes.length === 0) return emptyBytes;
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
