import { type Credit, printCreditNote } from '@weir/contracts/invoices';
import { exactText } from '@weir/contracts/words/amount-text';
import { Card } from '../ui/card.tsx';
import { dateText } from '../ui/figures.ts';
import { RedeemPromotion } from './redeem-promotion.tsx';

interface Props {
  readonly credits: readonly Credit[];
  readonly total: number;
  readonly mayChange: boolean;
}

/** Money that need not be paid: what was given, what of it is left, and a paper where it was taken back of an invoice. */
export function CreditList({ credits, mayChange, total }: Props) {
  return (
    <Card title="Credits" aside={mayChange && <RedeemPromotion />}>
      {credits.length === 0 && (
        <p className="px-4 py-6 text-center text-ink-soft">None. What a promotion gives stands here.</p>
      )}
      <ul aria-label="Credits">
        {credits.map((credit) => (
          <Row key={credit.id} credit={credit} />
        ))}
      </ul>
      {total > credits.length && (
        <p className="border-t border-line px-4 py-3 text-[13px] text-ink-soft">
          The newest {credits.length} of {total}. The API lists all of them: /billing/v1/credits.
        </p>
      )}
    </Card>
  );
}

function Row({ credit }: { readonly credit: Credit }) {
  const { amount, description, expires_at: expiresAt, id, remaining_amount: left, type } = credit;
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 border-b border-line px-4 py-2.5 last:border-0">
      <span className="min-w-0">
        <span className="font-medium wrap-anywhere">{description}</span>{' '}
        <span className="text-[13px] text-ink-soft">
          {type === 'CREDIT_NOTE' ? 'Credit note' : 'Promotion'}, {dateText(credit.metadata.created_at)}
          {expiresAt !== null && `, until ${dateText(expiresAt)}`}
          {type === 'CREDIT_NOTE' && (
            <>
              {'. '}
              <a
                href={`/api${printCreditNote.path.replace('{id}', id)}`}
                download={`${id}.pdf`}
                className="text-accent hover:underline"
              >
                As PDF
              </a>
            </>
          )}
        </span>
      </span>
      <span className="text-right whitespace-nowrap tabular-nums">
        {exactText(amount)} <span className="block text-[13px] text-ink-soft">{exactText(left)} left</span>
      </span>
    </li>
  );
}
