import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createKeyId, createSecret, isWellFormedKeyId, isWellFormedSecret } from './api-key.ts';

const zeros = (length: number) => new Uint8Array(length);
const ones = (length: number) => new Uint8Array(length).fill(0xff);

describe('key ids', () => {
  it('are 16 capitals and digits', () => {
    for (let round = 0; round < 200; round++) expect(isWellFormedKeyId(createKeyId(randomBytes))).toBe(true);
  });

  it('pass over bytes that would favour some letters', () => {
    let call = 0;
    const firstBiased = (length: number) => (call++ === 0 ? ones(length) : zeros(length));
    expect(createKeyId(firstBiased)).toBe('AAAAAAAAAAAAAAAA');
    expect(call).toBe(2);
  });
});

describe('secrets', () => {
  it('hold 192 bits in a fixed length, whatever the bits', () => {
    expect(createSecret(zeros)).toMatch(/^weir_0{33}[0-9A-Za-z]{6}$/);
    expect(createSecret(ones)).toMatch(/^weir_[0-9A-Za-z]{39}$/);
    expect(createSecret(ones)).toHaveLength(44);
    expect(createSecret(zeros)).not.toBe(createSecret(ones));
  });

  it('are told from mistyped ones', () => {
    const secret = createSecret(randomBytes);
    expect(isWellFormedSecret(secret)).toBe(true);
    for (let at = 5; at < secret.length; at++) {
      const other = secret[at] === 'a' ? 'b' : 'a';
      expect(isWellFormedSecret(secret.slice(0, at) + other + secret.slice(at + 1)), `at ${at}`).toBe(false);
    }
    expect(isWellFormedSecret(`${secret}x`)).toBe(false);
    expect(isWellFormedSecret('')).toBe(false);
  });
});
