import { RoleName, roles } from '@weir/contracts/roles';
import { Card } from '../ui/card.tsx';
import { scopeWords } from './words.ts';

/** What each role may do, in a sentence: the same table that the API and the brokers decide by. */
export function RoleList() {
  return (
    <Card title="What each role may do">
      <dl>
        {RoleName.options.map((name) => (
          <div
            key={name}
            className="grid gap-x-4 border-b border-line px-4 py-2.5 last:border-0 sm:grid-cols-[11rem_1fr]"
          >
            <dt className="font-medium">{name}</dt>
            <dd>
              {roles[name].summary}{' '}
              <span className="text-[13px] text-ink-soft">
                Bound on: {roles[name].boundOn.map((kind) => scopeWords[kind]).join(', ')}.
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
