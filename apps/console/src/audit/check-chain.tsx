'use client';

import { useMutation } from '@tanstack/react-query';
import { checkAuditChain } from '@weir/contracts/audit';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { countText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';

/** Goes over the whole log, however long, and says whether it is as it was written. */
export function CheckChain() {
  const [checked, setChecked] = useState(0);
  const check = useMutation({
    mutationFn: async () => {
      let query = { after: 0 } as { after: number; hash?: string };
      for (;;) {
        const found = await call(checkAuditChain, { query });
        setChecked(found.last?.sequence ?? 0);
        if (found.next === undefined || found.last === null) return found;
        query = { after: found.last.sequence, hash: found.last.hash };
      }
    },
    onMutate: () => setChecked(0),
  });
  const { data, error, isPending } = check;
  return (
    <div className="grid min-w-0 gap-3">
      <div>
        <Button busy={isPending} onClick={() => check.mutate()}>
          {isPending ? `Checking, ${countText(checked)} so far` : 'Check that nothing was changed'}
        </Button>
      </div>
      {error !== null && <Notice tone="danger">{sentenceOf(error)}</Notice>}
      {data?.problem != null && (
        <Notice tone="danger">
          Event {data.problem.sequence}: {data.problem.detail} Export the log and tell whoever runs this
          cloud.
        </Notice>
      )}
      {data?.is_intact === true && data.last !== null && (
        <Notice tone="good">
          All {countText(data.last.sequence)} events are as they were written, and none is missing. The last
          one’s hash, to be compared with later:{' '}
          <code className="font-mono text-xs break-all">{data.last.hash}</code>
        </Notice>
      )}
    </div>
  );
}
