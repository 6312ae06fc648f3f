'use client';

import type { TopicConfig } from '@weir/contracts/topics';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { buttonClass } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ChangeSetting } from './change-setting.tsx';
import { settingWords } from './setting-words.ts';

/** Every setting in force: first what was set on this topic, then the defaults. Each can be changed. */
export function TopicConfigs({ configs }: { readonly configs: readonly TopicConfig[] }) {
  const [changing, setChanging] = useState<TopicConfig | null>(null);
  const sorted = [...configs].sort((left, right) => Number(left.is_default) - Number(right.is_default));
  return (
    <Card title="Settings">
      <dl className="grid grid-cols-1 md:grid-cols-2">
        {sorted.map((config) => (
          <div
            key={config.name}
            className="flex min-w-0 items-center justify-between gap-4 border-b border-line py-1 pr-2 pl-4"
          >
            <dt className="min-w-0 font-mono text-[13px] break-all text-ink-soft">{config.name}</dt>
            <dd className="flex max-w-[60%] items-center gap-1 text-right font-mono text-[13px]">
              <SettingValue config={config} />
              <button
                type="button"
                className={buttonClass('bare', 'small')}
                aria-label={`Change ${config.name}`}
                onClick={() => setChanging(config)}
              >
                <Pencil aria-hidden="true" size={14} />
              </button>
            </dd>
          </div>
        ))}
      </dl>
      {changing !== null && <ChangeSetting config={changing} done={() => setChanging(null)} />}
    </Card>
  );
}

function SettingValue({ config }: { readonly config: TopicConfig }) {
  const value = config.value ?? '';
  const words = settingWords(config.name, value);
  return (
    <span className="break-all">
      {value}
      {words !== null && <span className="ml-2 font-sans text-ink-soft">{words}</span>}
      {!config.is_default && <span className="ml-2 font-sans text-accent">set here</span>}
    </span>
  );
}
