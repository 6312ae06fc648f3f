import type { Attack } from './attack.ts';
import { bodyAttacks } from './attack-bodies.ts';
import { connectionAttacks } from './attack-connections.ts';
import { fieldAttacks } from './attack-fields.ts';
import { headAttacks } from './attack-heads.ts';
import { pageAttacks } from './attack-pages.ts';
import { recordAttacks } from './attack-records.ts';
import { signInAttacks } from './attack-sign-in.ts';

/** All of them, in the order in which they are made: those that leave something behind come last. */
export const attacks: readonly Attack[] = [
  ...fieldAttacks,
  ...headAttacks,
  ...bodyAttacks,
  ...connectionAttacks,
  ...pageAttacks,
  ...signInAttacks,
  ...recordAttacks,
];

/** Left out of the short form: what takes long to prepare, and what differs from another in its address only. */
export const isInShort = ({ name }: Attack): boolean =>
  !/bombs|thousands of addresses|guesses|over 100 connections|sign-ups|(begun|bodies|waits for).*\(console\)/.test(
    name,
  );
