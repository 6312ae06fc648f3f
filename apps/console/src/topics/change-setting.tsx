'use client';

import { useMutation } from '@tanstack/react-query';
import { alterTopicConfigs, type TopicConfig } from '@weir/contracts/topics';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { askDryRun, call, sentenceOf } from '../api/browser.ts';
import { MonthlyCost } from '../billing/monthly-cost.tsx';
import { Button } from '../ui/button.tsx';
import { Choice } from '../ui/choice.tsx';
import { Field } from '../ui/field.tsx';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';
import { lostBy, settingChoices, settingWords } from './setting-words.ts';

interface Props {
  readonly config: TopicConfig;
  readonly done: () => void;
}

/** The dialog in which one setting of a topic gets another value, or its default again. */
export function ChangeSetting({ config, done }: Props) {
  return (
    <Modal
      open
      onOpenChange={(open) => {
        if (!open) done();
      }}
      title={config.name}
      description={config.documentation}
    >
      <ChangeSettingForm config={config} done={done} />
    </Modal>
  );
}

function ChangeSettingForm({ config, done }: Props) {
  const router = useRouter();
  const { name, default_value: unset } = config;
  const before = config.value ?? unset;
  const [value, setValue] = useState(before);
  const params = { cluster_id: config.cluster_id, topic_name: config.topic_name };
  const change = useMutation({
    mutationFn: (body: Wish) => call(alterTopicConfigs, { params, body }),
    onSuccess: () => {
      router.refresh();
      done();
    },
  });
  const wanted = value.trim();
  // What is set on the topic and equals the default is given back, so that it follows the default from then on.
  const toDefault = wanted === unset;
  const changed = toDefault ? !config.is_default : wanted !== '' && wanted !== before;
  const wish = bodyOf(name, toDefault ? null : wanted);
  const lost = changed ? lostBy(name, before, wanted) : null;
  return (
    <form
      method="post"
      noValidate
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (changed) change.mutate(wish);
        else done();
      }}
    >
      <ValueInput config={config} value={value} onChange={setValue} />
      {lost !== null && <Notice tone="warn">{lost}</Notice>}
      <MonthlyCost
        about={`setting ${params.cluster_id} ${params.topic_name} ${name} ${wanted}`}
        ask={
          changed && storing.has(name)
            ? async (signal) => {
                const given = { params, query: { dry_run: 'true' as const }, body: wish };
                return (await askDryRun(alterTopicConfigs, given, signal)).dry_run_cost;
              }
            : null
        }
      />
      {change.error !== null && <Notice tone="danger">{sentenceOf(change.error)}</Notice>}
      <div className="flex flex-wrap justify-end gap-2">
        {!config.is_default && (
          <Button className="mr-auto" disabled={toDefault} onClick={() => setValue(unset)}>
            The default
          </Button>
        )}
        <Button onClick={done}>Cancel</Button>
        <Button type="submit" look="primary" busy={change.isPending}>
          {change.isPending ? 'Saving…' : 'Save'}
        </Button>
      </div>
    </form>
  );
}

/** What changes how much is stored, and so what is paid for. */
const storing = new Set(['cleanup.policy', 'retention.bytes', 'retention.ms']);

/** `value` null: its default again. */
const bodyOf = (name: string, value: string | null) => ({
  data: [value === null ? { name, operation: 'DELETE' as const } : { name, value }],
});
type Wish = ReturnType<typeof bodyOf>;

interface InputProps {
  readonly config: TopicConfig;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function ValueInput({ config, value, onChange }: InputProps) {
  const { default_value: unset, name } = config;
  const choices = settingChoices(config);
  const usually = `The default is ${unset === '' ? 'nothing' : withWords(name, unset)}.`;
  if (choices !== null) {
    const values = choices.includes(value) ? choices : [value, ...choices];
    return (
      <Choice
        label="Value"
        hint={usually}
        value={value}
        options={values.map((each) => ({ value: each, text: each }))}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  const words = settingWords(name, value.trim());
  return (
    <Field
      label="Value"
      hint={words === null ? usually : `That is ${words}. ${usually}`}
      autoComplete="off"
      spellCheck={false}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function withWords(name: string, value: string): string {
  const words = settingWords(name, value);
  return words === null ? value : `${value}, ${words}`;
}
