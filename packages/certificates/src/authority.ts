// The library needs it before itself.
import 'reflect-metadata';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** Clocks of clients may be behind. */
const behindMs = 3_600_000;

/** PEM. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
  /** Of the authority that issued it. */
  readonly ca: string;
}

export interface Authority {
  /** Its certificate, by which what it issued is known; PEM. */
  readonly ca: string;
  /** Its own key; PEM. Who has it can be anybody towards those who believe the authority. */
  readonly key: string;
  /** Until when its certificate holds. */
  readonly notAfter: Date;
  /** For names and addresses; it holds for so long, and no longer than the authority itself. */
  issue(names: readonly string[], validMs: number): Promise<IssuedCertificate>;
}

/** A new authority, whose certificates nobody but it can issue. */
export async function makeAuthority(name: string, validMs: number): Promise<Authority> {
  const keys = await keyPair();
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    ...validity(Date.now() + validMs),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return authorityOf(own, keys.privateKey);
}

/** One that was made before, from its PEM. Throws where these are no certificate and its key. */
export async function readAuthority(ca: string, key: string): Promise<Authority> {
  const der = x509.PemConverter.decodeFirst(key);
  const privateKey = await crypto.subtle.importKey('pkcs8', der, algorithm, true, ['sign']);
  return authorityOf(new x509.X509Certificate(ca), privateKey);
}

async function authorityOf(own: x509.X509Certificate, signingKey: CryptoKey): Promise<Authority> {
  const ca = own.toString('pem');
  const issue = async (names: readonly string[], validMs: number): Promise<IssuedCertificate> => {
    const { privateKey, publicKey } = await keyPair();
    const issued = await x509.X509CertificateGenerator.create({
      subject: `CN=${names[0]}`,
      issuer: own.subject,
      signingKey,
      publicKey,
      signingAlgorithm: algorithm,
      ...validity(Math.min(Date.now() + validMs, own.notAfter.getTime())),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
        ),
        await x509.AuthorityKeyIdentifierExtension.create(own),
      ],
    });
    return { cert: issued.toString('pem'), key: await pemOf(privateKey), ca };
  };
  return { ca, key: await pemOf(signingKey), notAfter: own.notAfter, issue };
}

const keyPair = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

const validity = (untilMs: number) => ({
  notBefore: new Date(Date.now() - behindMs),
  notAfter: new Date(untilMs),
});

async function pemOf(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}
