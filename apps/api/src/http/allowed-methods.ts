import { operations } from '@weir/contracts/operations';

const routes = operations.map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replaceAll(/[.]/g, '\\$&').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`, 'i'),
}));

/** The methods that a path takes, for the Allow header; empty when there is nothing at it. */
export const allowedMethods = (path: string): readonly string[] => [
  ...new Set(routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)),
];
