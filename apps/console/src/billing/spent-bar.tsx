interface Props {
  readonly label: string;
  /** Amounts as the API writes them. */
  readonly spent: string;
  readonly amount: string;
  readonly isOver: boolean;
}

// A browser that is given a height draws its own colours, unless each part has one.
const fineClass = '[&::-moz-progress-bar]:bg-accent [&::-webkit-progress-value]:bg-accent';
const overClass = '[&::-moz-progress-bar]:bg-danger [&::-webkit-progress-value]:bg-danger';

/** How much of an amount is spent: what is exact stands in words beside it. */
export function SpentBar({ amount, isOver, label, spent }: Props) {
  const whole = Number(amount);
  const percent = whole === 0 ? 100 : Math.min((Number(spent) / whole) * 100, 100);
  return (
    <progress
      className={`h-1.5 w-full appearance-none overflow-hidden rounded-full bg-line [&::-webkit-progress-bar]:bg-line ${isOver ? overClass : fineClass}`}
      max={100}
      value={percent}
      aria-label={label}
    />
  );
}
