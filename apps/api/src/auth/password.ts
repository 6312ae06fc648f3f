import { hash as argon2Hash, verify as argon2Verify, type Options } from '@node-rs/argon2';

/** OWASP's recommendation for argon2id (the library's default algorithm): 19 MiB, two passes, one lane. */
const cost: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const hashPassword = (password: string): Promise<string> => argon2Hash(password, cost);

export const verifyPassword = (given: { hash: string; password: string }): Promise<boolean> =>
  argon2Verify(given.hash, given.password);
