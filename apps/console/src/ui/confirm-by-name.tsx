'use client';

import { type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { Field } from './field.tsx';
import { Modal } from './modal.tsx';
import { Notice } from './notice.tsx';

interface Props {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  /** What will be gone, by name. */
  readonly description: string;
  readonly name: string;
  readonly action: string;
  readonly busy: boolean;
  readonly error: string | null;
  readonly onConfirm: () => void;
  readonly children?: ReactNode;
}

/** Before something is destroyed: says what, and has its name typed. */
export function ConfirmByName(props: Props) {
  const [typed, setTyped] = useState('');
  const matches = typed === props.name;
  return (
    <Modal
      open={props.open}
      onOpenChange={props.onOpenChange}
      title={props.title}
      description={props.description}
    >
      <form
        className="grid grid-cols-1 gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (matches) props.onConfirm();
        }}
      >
        {props.children}
        <Field
          label={`Type ${props.name} to confirm`}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setTyped(event.target.value)}
        />
        {props.error !== null && <Notice tone="danger">{props.error}</Notice>}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={() => props.onOpenChange(false)}>Keep it</Button>
          <Button type="submit" look="danger" busy={props.busy} disabled={!matches}>
            {props.action}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
