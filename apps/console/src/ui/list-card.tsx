'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { sentenceOf } from '../api/browser.ts';
import { Button } from './button.tsx';
import { Card } from './card.tsx';
import { Modal } from './modal.tsx';
import { Notice } from './notice.tsx';
import { Skeleton } from './skeleton.tsx';

/** What can be done with an item; left out where the person may not. */
export interface RowActions {
  readonly busy: boolean;
  readonly onChange?: () => void;
  readonly onDelete?: () => void;
}

/** Of the form in the dialog, for a new item or for one that is there. */
export interface FormActions<Item, Made, Changed> {
  /** Null: it is a new one. */
  readonly item: Item | null;
  readonly busy: boolean;
  readonly error: string | null;
  readonly onCreate: (spec: Made) => void;
  readonly onChange: (spec: Changed) => void;
}

interface Props<Item, Made, Changed> {
  readonly title: string;
  readonly addWords: string;
  readonly emptyWords: string;
  readonly dialog: { readonly newTitle: string; readonly changeTitle: string; readonly description: string };
  readonly mayChange: boolean;
  readonly queryKey: readonly string[];
  readonly list: (signal: AbortSignal) => Promise<readonly Item[]>;
  readonly create: (spec: Made) => Promise<unknown>;
  readonly change: (item: Item, spec: Changed) => Promise<unknown>;
  readonly remove: (item: Item) => Promise<unknown>;
  readonly row: (item: Item, actions: RowActions) => ReactNode;
  readonly form: (actions: FormActions<Item, Made, Changed>) => ReactNode;
}

const refreshMs = 4_000;

/** A list whose items people add, change and delete, as long as it is short enough to be shown whole. */
export function ListCard<Item extends { readonly id: string }, Made, Changed>(
  props: Props<Item, Made, Changed>,
) {
  const { addWords, dialog, emptyWords, form, mayChange, queryKey, row, title } = props;
  const queries = useQueryClient();
  const [open, setOpen] = useState<'new' | Item | null>(null);
  const { data, error } = useQuery({
    queryKey,
    queryFn: ({ signal }) => props.list(signal),
    refetchInterval: refreshMs,
  });
  const changed = () => queries.invalidateQueries({ queryKey });
  const onSuccess = async () => {
    setOpen(null);
    await changed();
  };
  const create = useMutation({ mutationFn: props.create, onSuccess });
  const change = useMutation({
    mutationFn: ({ item, spec }: { readonly item: Item; readonly spec: Changed }) => props.change(item, spec),
    onSuccess,
  });
  const remove = useMutation({ mutationFn: props.remove, onSettled: changed });
  const refusal = error ?? remove.error;
  const failed = open === 'new' ? create.error : change.error;
  return (
    <Card
      title={title}
      aside={
        mayChange && (
          <Button size="small" onClick={() => setOpen('new')}>
            {addWords}
          </Button>
        )
      }
    >
      {refusal !== null && (
        <div className="p-4">
          <Notice tone="danger">{sentenceOf(refusal)}</Notice>
        </div>
      )}
      {data === undefined && error === null && <Skeleton className="m-4 h-16" />}
      {data?.length === 0 && <p className="px-4 py-6 text-center text-ink-soft">{emptyWords}</p>}
      <ul aria-label={title}>
        {data?.map((item) =>
          row(item, {
            busy: remove.isPending && remove.variables.id === item.id,
            ...(mayChange ? { onChange: () => setOpen(item), onDelete: () => remove.mutate(item) } : {}),
          }),
        )}
      </ul>
      <Modal
        open={open !== null}
        onOpenChange={(isOpen) => setOpen(isOpen ? open : null)}
        title={open === 'new' ? dialog.newTitle : dialog.changeTitle}
        description={dialog.description}
      >
        {open !== null &&
          form({
            item: open === 'new' ? null : open,
            busy: create.isPending || change.isPending,
            error: failed === null ? null : sentenceOf(failed),
            onCreate: (spec) => create.mutate(spec),
            onChange: (spec) => open !== 'new' && change.mutate({ item: open, spec }),
          })}
      </Modal>
    </Card>
  );
}

interface RowButtonsProps extends RowActions {
  /** What the item is, for who does not see which row it is in: `budget of May`. */
  readonly name: string;
  readonly changeWords?: string;
}

/** What can be done with an item, in its row. */
export function RowButtons({ name, busy, changeWords = 'Change', onChange, onDelete }: RowButtonsProps) {
  return (
    <div className="flex gap-2">
      {onChange && (
        <Button size="small" aria-label={`Change ${name}`} onClick={onChange}>
          {changeWords}
        </Button>
      )}
      {onDelete && (
        <Button look="danger" size="small" busy={busy} aria-label={`Delete ${name}`} onClick={onDelete}>
          Delete
        </Button>
      )}
    </div>
  );
}
