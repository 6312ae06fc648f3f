import type { Exchange } from './conversation.ts';
import type { Plain } from './plain.ts';

/** A place in an answer where the two do not agree. */
export interface Difference {
  readonly exchange: Exchange;
  /** The same here. */
  readonly here: Exchange;
  /** `topics[].errorCode` */
  readonly path: string;
  readonly kafka: Plain | undefined;
  readonly weir: Plain | undefined;
}

/** Of one exchange; both were asked the same. */
export function differencesOf(kafka: Exchange, weir: Exchange): Difference[] {
  const found: Difference[] = [];
  const look = (path: string, one: Plain | undefined, other: Plain | undefined): void => {
    if (isList(one) && isList(other) && one.length === other.length) {
      one.forEach((each, at) => {
        look(`${path}[]`, each, other[at]);
      });
    } else if (isStruct(one) && isStruct(other)) {
      for (const name of new Set([...Object.keys(one), ...Object.keys(other)]))
        look(path === '' ? name : `${path}.${name}`, one[name], other[name]);
    } else if (JSON.stringify(one) !== JSON.stringify(other)) {
      found.push({ exchange: kafka, here: weir, path, kafka: one, weir: other });
    }
  };
  look('', kafka.answered, weir.answered);
  return found;
}

const isList = (value: Plain | undefined): value is readonly Plain[] => Array.isArray(value);

const isStruct = (value: Plain | undefined): value is { readonly [name: string]: Plain } =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
