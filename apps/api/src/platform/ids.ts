import { randomBytes } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
const length = 10;
/** The largest multiple of 36 in a byte. */
const unbiasedBelow = 252;

type IdPrefix =
  | 'bud'
  | 'cell'
  | 'cq'
  | 'credit'
  | 'dom'
  | 'env'
  | 'group'
  | 'lkc'
  | 'rb'
  | 'sa'
  | 'sl'
  | 'u'
  | 'wh';

/** A typed id such as `lkc-4q8wz1m2ab`: 51 random bits; the tables' keys refuse the rare repetition. */
export const newId = (prefix: IdPrefix): string => {
  let id = `${prefix}-`;
  while (id.length < prefix.length + 1 + length) {
    for (const byte of randomBytes(length * 2)) {
      if (byte < unbiasedBelow && id.length < prefix.length + 1 + length) id += alphabet[byte % 36];
    }
  }
  return id;
};
