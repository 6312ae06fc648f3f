'use client';

import { Tabs } from 'radix-ui';
import { snippets } from '../snippets/all.ts';
import type { Connect } from '../snippets/snippet.ts';
import { CodeBlock } from '../ui/code-block.tsx';
import { CopyButton } from '../ui/copy-button.tsx';

/** One program in each language, ready to paste into a terminal. */
export function SnippetTabs({ connect }: { readonly connect: Connect }) {
  return (
    <Tabs.Root defaultValue="kcat" className="grid grid-cols-1 gap-3">
      <Tabs.List aria-label="Language" className="flex gap-1 overflow-x-auto border-b border-line pb-1.5">
        {snippets.map(({ id, name }) => (
          <Tabs.Trigger
            key={id}
            value={id}
            className="rounded px-2.5 py-1 text-[13px] text-ink-soft hover:bg-sunken data-[state=active]:bg-accent-wash data-[state=active]:font-medium data-[state=active]:text-accent"
          >
            {name}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {snippets.map(({ id, name, needs, code }) => (
        <Tabs.Content key={id} value={id} className="grid grid-cols-1 gap-2">
          <div className="flex items-center justify-between gap-3">
            <p className="text-[13px] text-ink-soft">Needs {needs}</p>
            <CopyButton text={code(connect)} label={`${name} snippet`} />
          </div>
          <CodeBlock label={`${name} snippet`} className="max-h-80">
            {code(connect)}
          </CodeBlock>
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}
