import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';

interface Props {
  readonly codes: readonly string[];
  readonly onDone: () => void;
}

/** The only time that they are shown. */
export function RecoveryCodes({ codes, onDone }: Props) {
  return (
    <div className="grid gap-4">
      <ul
        aria-label="Recovery codes"
        className="grid grid-cols-1 gap-x-6 gap-y-1 rounded-md border border-line bg-sunken p-3 font-mono text-[13px] sm:grid-cols-2"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap justify-between gap-2">
        <CopyButton text={codes.join('\n')} label="Recovery codes" />
        <Button look="primary" onClick={onDone}>
          I have kept them
        </Button>
      </div>
    </div>
  );
}
