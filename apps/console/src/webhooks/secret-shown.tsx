import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';

interface Props {
  /** Null: there is none to show. */
  readonly secret: string | null;
  readonly onClose: () => void;
}

/** A new secret, which no later page can show. */
export function SecretShown({ onClose, secret }: Props) {
  return (
    <Modal
      open={secret !== null}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title="The secret to check signatures with"
      description="Give it to the server that is told, as it is, with whsec_ before it."
    >
      <div className="grid grid-cols-1 gap-3">
        <Notice tone="good">
          This is the only time that it is shown: store it now where you keep secrets.
        </Notice>
        <div className="flex items-center justify-between gap-2 rounded-md border border-line bg-sunken py-0.5 pl-3">
          <code className="min-w-0 font-mono text-[13px] break-all">{secret}</code>
          <CopyButton text={secret ?? ''} label="Secret" compact />
        </div>
        <div className="flex justify-end">
          <Button look="primary" onClick={onClose}>
            I have stored it
          </Button>
        </div>
      </div>
    </Modal>
  );
}
