// Bounds of what a broker keeps on its disk beside its logs, and of how long it may be shown. All others: limits.ts.

/** How long what was cut off a damaged log is kept beside it. */
export const cutFileMs = 7 * 24 * 60 * 60 * 1000;
/** Between two questions to a store that is away at a broker's start. */
export const storeRetryMs = 500;
/** The picture of the cell beside the logs is written at most so often, for at most this share of the time; and how often it is noted that it still holds. */
export const pictureEveryMs = 1_000;
export const pictureWritingShareMax = 1 / 30;
export const pictureNotedMs = 60_000;
/** For how long it may be shown since the store last confirmed it: so long a key that was revoked meanwhile may read. */
export const pictureAgeMsMax = 3_600_000;
