/** By which Next's router tells what a page shows already. */
export const routerStateHeader = 'next-router-state-tree';

/** Levels of a page's segments, far beyond ours, and bytes of the header. */
const levelsMax = 32;
const bytesMax = 8_192;

/**
 * Whether Next will make something of the header; of any other it says that something failed on our side, and logs it.
 * A state is `[segment, { name: state }, …]`, a segment a text or a few texts of one that was filled in.
 */
export const isRouterState = (header: string | string[] | undefined): boolean => {
  if (typeof header !== 'string' || header.length > bytesMax) return header === undefined;
  try {
    return isState(JSON.parse(decodeURIComponent(header)), 0);
  } catch {
    return false; // Neither encoded nor JSON, which is all that there is to know.
  }
};

const isState = (value: unknown, level: number): boolean => {
  if (!Array.isArray(value) || level > levelsMax) return false;
  const [segment, routes, ...rest]: unknown[] = value;
  if (!isSegment(segment) || typeof routes !== 'object' || routes === null || Array.isArray(routes))
    return false;
  const areUsual = rest.every((each) => each === null || typeof each !== 'object' || Array.isArray(each));
  return areUsual && Object.values(routes).every((inner) => isState(inner, level + 1));
};

const isSegment = (value: unknown): boolean =>
  typeof value === 'string' || (Array.isArray(value) && value.length <= 4 && value.every(isPart));

const isPart = (value: unknown): boolean =>
  value === null ||
  typeof value === 'string' ||
  (Array.isArray(value) && value.every((one) => typeof one === 'string'));
