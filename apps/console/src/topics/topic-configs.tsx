import type { TopicConfig } from '@weir/contracts/topics';
import { Card } from '../ui/card.tsx';

/** Every setting in force: first what was set on this topic, then the defaults. */
export function TopicConfigs({ configs }: { readonly configs: readonly TopicConfig[] }) {
  const sorted = [...configs].sort((left, right) => Number(left.is_default) - Number(right.is_default));
  return (
    <Card title="Settings">
      <dl className="grid grid-cols-1 md:grid-cols-2">
        {sorted.map((config) => (
          <div
            key={config.name}
            className="flex min-w-0 justify-between gap-4 border-b border-line px-4 py-1.5"
          >
            <dt className="min-w-0 font-mono text-[13px] break-all text-ink-soft">{config.name}</dt>
            <dd className="max-w-[50%] text-right font-mono text-[13px] break-all">
              {config.value ?? ''}
              {!config.is_default && <span className="ml-2 font-sans text-accent">set here</span>}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
