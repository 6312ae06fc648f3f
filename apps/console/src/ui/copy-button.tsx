'use client';

import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from './button.tsx';

const shownMs = 1_800;

export function CopyButton({
  text,
  label,
  compact = false,
}: {
  readonly text: string;
  readonly label: string;
  readonly compact?: boolean;
}) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), shownMs);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () => {
    // Refused where the page is not secure: then the text is there to be selected.
    navigator.clipboard.writeText(text).then(
      () => setState('copied'),
      () => setState('failed'),
    );
  };
  const words = { idle: 'Copy', copied: 'Copied', failed: 'Select it instead' }[state];
  return (
    <Button look="bare" size="small" onClick={copy} aria-label={`${words}: ${label}`}>
      {state === 'copied' ? <Check aria-hidden="true" size={15} /> : <Copy aria-hidden="true" size={15} />}
      {compact ? null : <span aria-hidden="true">{words}</span>}
      <span role="status" className="sr-only">
        {state === 'copied' ? `${label} copied` : ''}
      </span>
    </Button>
  );
}
