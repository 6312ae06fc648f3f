import { type IssuedCertificate, makeAuthority } from '@weir/certificates/authority';

export type { IssuedCertificate } from '@weir/certificates/authority';

const hourMs = 3_600_000;

/** An authority that issues certificates for an hour, for names and addresses. All of it is PEM. */
export async function createAuthority(name: string) {
  const { ca, issue } = await makeAuthority(name, hourMs);
  return {
    ca,
    issue: (...names: readonly string[]): Promise<IssuedCertificate> => issue(names, hourMs),
  };
}
