import { CopyButton } from '../ui/copy-button.tsx';
import { Notice } from '../ui/notice.tsx';

/** A new key with its secret, which no later page can show. */
export function SecretOnce({ keyId, secret }: { readonly keyId: string; readonly secret: string }) {
  return (
    <div className="grid grid-cols-1 gap-3">
      <Notice tone="good">
        The key is in force. This is the only time that its secret is shown: store it now where you keep
        secrets.
      </Notice>
      <dl className="grid grid-cols-1 gap-2 sm:grid-cols-[auto_minmax(0,1fr)] sm:gap-x-5">
        <Line name="API key" value={keyId} />
        <Line name="Secret" value={secret} />
      </dl>
    </div>
  );
}

function Line({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt className="text-ink-soft sm:self-center">{name}</dt>
      <dd className="flex items-center justify-between gap-2 rounded-md border border-line bg-sunken py-0.5 pl-3">
        <code className="min-w-0 font-mono text-[13px] break-all">{value}</code>
        <CopyButton text={value} label={name} compact />
      </dd>
    </>
  );
}
