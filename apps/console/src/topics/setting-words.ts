import type { TopicConfig } from '@weir/contracts/topics';
import { binaryBytesText } from '../ui/figures.ts';

const spans = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** What a value of a setting comes to, in words, by what the setting's name says that it counts; null: it says it itself. */
export function settingWords(name: string, value: string): string | null {
  if (!/^-?\d+$/.test(value)) return null;
  const number = Number(value);
  if (name.endsWith('.ms')) return unbounded(number) ? 'no bound' : spanWords(number);
  if (name.endsWith('.bytes')) return unbounded(number) ? 'no bound' : bytesWords(number);
  return null;
}

/** Kafka writes it as -1, or as the largest number there is. */
const unbounded = (number: number) => number === -1 || number >= Number.MAX_SAFE_INTEGER;

function spanWords(milliseconds: number): string | null {
  const unit = spans.find(([, length]) => milliseconds >= length);
  if (unit === undefined) return null;
  const [name, length] = unit;
  const count = milliseconds / length;
  const text = Number.isInteger(count) ? String(count) : `about ${count.toFixed(1)}`;
  return `${text} ${count === 1 ? name : `${name}s`}`;
}

const bytesWords = (bytes: number): string | null => (bytes >= 1_024 ? binaryBytesText(bytes) : null);

/** The values among which one chooses; null: one writes it. */
export function settingChoices({ type, allowed_values: allowed }: TopicConfig): readonly string[] | null {
  if (type === 'BOOLEAN') return ['true', 'false'];
  if (allowed === null) return null;
  return type === 'LIST' ? [...allowed, allowed.join(',')] : allowed;
}

/** What a change of how long records are kept takes away for good, or null. */
export function lostBy(name: string, before: string, after: string): string | null {
  const bound = (value: string) => (Number(value) < 0 ? Number.POSITIVE_INFINITY : Number(value));
  if (name === 'retention.ms' && bound(after) < bound(before))
    return 'Messages that are older than that are deleted within minutes, for good.';
  if (name === 'retention.bytes' && bound(after) < bound(before))
    return 'The oldest messages of a partition that has more are deleted within minutes, for good.';
  if (name !== 'cleanup.policy') return null;
  if (after.includes('compact') && !before.includes('compact'))
    return 'Of each key only the last message stays, and messages without a key are refused.';
  if (after.includes('delete') && !before.includes('delete'))
    return 'Messages that are older than retention.ms are deleted within minutes, for good.';
  return null;
}
