const microsPerCent = 10_000n;
const whole = new Intl.NumberFormat('en-US');

/** Money of the API, `12.345678`, as whole micro-units. */
export const microsOf = (amount: string): bigint => BigInt(amount.replace('.', ''));

/** `12.345678` → `$12.35`. What is more than nothing and less than a cent says so. */
export function amountText(amount: string): string {
  const micros = microsOf(amount);
  const size = micros < 0n ? -micros : micros;
  const sign = micros < 0n ? '−' : '';
  if (size > 0n && size < microsPerCent) return `${sign}< $0.01`;
  const cents = (size + microsPerCent / 2n) / microsPerCent;
  return `${sign}$${whole.format(cents / 100n)}.${String(cents % 100n).padStart(2, '0')}`;
}

/** All of it, without zeros that say nothing: `0.050000` → `$0.05`, `1.400000` → `$1.40`, `0.000110` → `$0.00011`. */
export function exactText(amount: string): string {
  const figure = figureText(amount);
  return figure.startsWith('−') ? `−$${figure.slice(1)}` : `$${figure}`;
}

/** The same where the currency is said elsewhere: `1,400.50`. */
export function figureText(amount: string): string {
  const [units = '0', decimals = ''] = amount.replace('-', '').split('.');
  const sign = amount.startsWith('-') ? '−' : '';
  return `${sign}${whole.format(BigInt(units))}.${decimals.replace(/0+$/, '').padEnd(2, '0')}`;
}
