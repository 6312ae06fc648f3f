import type { KeyUse } from '@weir/contracts/api-key-secrets';
import { clientName } from '../account/client-name.ts';
import { dateText } from '../ui/figures.ts';

/** When, by which program and from where a secret was used last. */
export function KeyUseText({ use }: { readonly use: KeyUse | undefined }) {
  if (use === undefined) return <span className="text-ink-soft">Never</span>;
  return (
    <>
      <span className="block tabular-nums">{dateText(use.at)}</span>
      <span className="block break-words text-ink-soft">{whoText(use)}</span>
    </>
  );
}

function whoText({ client_id, client_software, client_version, source_ip }: KeyUse): string {
  const software = client_software === null ? null : clientName(client_software);
  const program = [software, client_version].filter((part) => part !== null).join(' ');
  const parts = [
    program === '' ? 'a client that does not say what it is' : program,
    ...(client_id === null || client_id === '' ? [] : [`“${client_id}”`]),
    ...(source_ip === null ? [] : [`from ${source_ip}`]),
  ];
  return parts.join(', ');
}
