/** The years that ISO 8601 writes with four digits, as milliseconds since the epoch, inclusive. */
const firstMs = Date.parse('0000-01-01T00:00:00.000Z');
const lastMs = Date.parse('9999-12-31T23:59:59.999Z');

/** `2026-01-31T09:15:00.000Z`; null for what no date of four digits can be. */
export const timeText = (ms: number): string | null =>
  ms >= firstMs && ms <= lastMs ? new Date(ms).toISOString() : null;
