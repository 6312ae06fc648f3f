/** Names with commas between them, as the API writes a filter. */
export const filterOf = (names: string): string =>
  names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => `"${name.replaceAll(/["\\]/g, (sign) => `\\${sign}`)}" in groups`)
    .join(' || ');
