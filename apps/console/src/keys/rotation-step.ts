export type RotationStep = 'create' | 'store' | 'retire' | 'done';

/** Where a rotation is; null: that is not known yet. It goes on where it was, whoever has begun it. */
export function rotationStep(
  liveSecrets: number | undefined,
  { isShown, isRetired }: { readonly isShown: boolean; readonly isRetired: boolean },
): RotationStep | null {
  if (isShown) return 'store';
  if (isRetired) return 'done';
  if (liveSecrets === undefined) return null;
  return liveSecrets > 1 ? 'retire' : 'create';
}
