const words = new Intl.DateTimeFormat('en-US', { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** `2026-11-01T00:00:00.000Z` → `November 2026`. */
export const monthName = (iso: string): string => words.format(new Date(iso));
