import { limitsOfDedicated } from '@weir/contracts/cluster-kinds';
import type { Cluster } from '@weir/contracts/clusters';
import { Fragment } from 'react';
import type { Bootstrap } from '../snippets/bootstrap.ts';
import { Card } from '../ui/card.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { kindCards, limitLines } from './kinds.ts';
import { unitsText } from './units.ts';

interface Props {
  readonly bootstrap: Bootstrap;
  readonly http: string;
  readonly config: Cluster['spec']['config'];
}

/** How to reach the cluster, and how far it goes. */
export function Connection({ bootstrap, http, config }: Props) {
  const limits =
    config.kind === 'Dedicated'
      ? limitLines(limitsOfDedicated(config.cku))
      : (kindCards.find((card) => card.kind === config.kind)?.limits ?? []);
  return (
    <Card title="Connection">
      <dl className="grid gap-3 p-4">
        <Address name="Bootstrap servers" value={bootstrap.servers} />
        <Address name="REST endpoint" value={http} />
        <div>
          <dt className="text-[13px] text-ink-soft">Security</dt>
          <dd>{bootstrap.protocol} with PLAIN or SCRAM-SHA-256/512</dd>
          {bootstrap.caUrl !== null && (
            <dd>
              <a href={bootstrap.caUrl} download className="text-accent underline">
                Certificate to trust (PEM)
              </a>
            </dd>
          )}
        </div>
        <div>
          <dt className="text-[13px] text-ink-soft">Limits of {limitsOf(config)}</dt>
          {limits.map((line) => (
            <dd key={line}>{line}</dd>
          ))}
        </div>
      </dl>
    </Card>
  );
}

const limitsOf = (config: Props['config']) =>
  config.kind === 'Dedicated'
    ? `a Dedicated cluster of ${unitsText(config.cku)}`
    : `a ${config.kind} cluster`;

function Address({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt className="text-[13px] text-ink-soft">{name}</dt>
      <dd className="flex items-center justify-between gap-2">
        <code className="min-w-0 font-mono text-[13px] wrap-anywhere">
          {value.split(',').map((part, index) => (
            <Fragment key={part}>
              {index > 0 && (
                <>
                  ,<wbr />
                </>
              )}
              {part}
            </Fragment>
          ))}
        </code>
        <CopyButton text={value} label={name} compact />
      </dd>
    </div>
  );
}
