const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

/** `1536` → `1.5 KB`. Decimal, as bills count. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** Limits are set in powers of two: `262144000` → `250 MiB`. */
export function binaryBytesText(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < names.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number(value.toFixed(1))} ${names[unit]}`;
}

const whole = new Intl.NumberFormat('en-US');

export function countText(count: number): string {
  return whole.format(count);
}

/** Minutes and seconds of the day, in UTC as everything on the page. */
export function clockText(iso: string): string {
  return iso.slice(11, 19);
}

/** `2026-01-31 09:15 UTC`. */
export function dateText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
