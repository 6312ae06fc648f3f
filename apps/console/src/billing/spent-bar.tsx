interface Props {
  readonly label: string;
  /** Amounts as the API writes them. */
  readonly spent: string;
  readonly amount: string;
  readonly isOver: boolean;
}

/** How much of an amount is spent: what is exact stands in words beside it. */
export function SpentBar({ amount, isOver, label, spent }: Props) {
  const whole = Number(amount);
  const percent = whole === 0 ? 100 : Math.min((Number(spent) / whole) * 100, 100);
  return (
    <progress
      className={`h-1.5 w-full ${isOver ? 'accent-danger' : 'accent-accent'}`}
      max={100}
      value={percent}
      aria-label={label}
    />
  );
}
