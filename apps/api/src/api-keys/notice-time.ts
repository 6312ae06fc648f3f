const dayMs = 86_400_000;

/**
 * When the owner of a key is to be told that it expires; null: not at all, as he has just chosen the time. Of a key that
 * lives for two weeks or longer a week before, of one that lives for two days a day before.
 */
export const noticeTime = (createdAtMs: number, expiresAt: Date | null): Date | null => {
  if (expiresAt === null) return null;
  const lifeMs = expiresAt.getTime() - createdAtMs;
  if (lifeMs >= 14 * dayMs) return new Date(expiresAt.getTime() - 7 * dayMs);
  return lifeMs >= 2 * dayMs ? new Date(expiresAt.getTime() - dayMs) : null;
};
