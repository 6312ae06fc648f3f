import type { MailContent } from './kinds.ts';
import type { Letter } from './letter.ts';

const actionTexts: Readonly<Record<string, string>> = {
  NOTIFY: 'Nothing is stopped: the limit only tells you.',
  THROTTLE: 'Clients that it concerns are slowed to a trickle until it is raised or its next period begins.',
  READ_ONLY:
    'Clients that it concerns are refused when they write, until it is raised or its next period begins. They still read, which costs what it costs.',
};

export const spendNotice = (
  params: (MailContent & { kind: 'spend-notice' })['params'],
  consoleUrl: string,
): Letter => {
  const { action, amount, currency, limitId, percent, period, spent } = params;
  const isReached = percent >= 100;
  return {
    subject: isReached ? 'A spend limit is used up' : `A spend limit is at ${percent} percent`,
    before: [
      `Of the ${amount} ${currency} that the limit ${limitId} allows in this ${period.toLowerCase()}, ${spent} ${currency} are spent.`,
      ...(isReached ? [actionTexts[action] ?? ''] : []),
    ],
    link: { label: 'See who used it, or raise it', url: `${consoleUrl}/billing` },
    after: ['You are told of each threshold once in a period.'],
  };
};
