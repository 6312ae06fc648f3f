// The library needs it before itself.
import 'reflect-metadata';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const hourMs = 3_600_000;

const keyPair = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
const validity = () => ({
  notBefore: new Date(Date.now() - hourMs),
  notAfter: new Date(Date.now() + hourMs),
});

async function pemOfKey(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
  /** Of the authority that issued it. */
  readonly ca: string;
}

/** An authority that issues certificates for an hour, for names and addresses. All of it is PEM. */
export async function createAuthority(name: string) {
  const keys = await keyPair();
  const subject = `CN=${name}`;
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    name: subject,
    keys,
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  const ca = own.toString('pem');
  const issue = async (...names: readonly string[]): Promise<IssuedCertificate> => {
    const ownKeys = await keyPair();
    const issued = await x509.X509CertificateGenerator.create({
      subject: `CN=${names[0]}`,
      issuer: subject,
      signingKey: keys.privateKey,
      publicKey: ownKeys.publicKey,
      signingAlgorithm: algorithm,
      ...validity(),
      extensions: [
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
        ),
      ],
    });
    return { cert: issued.toString('pem'), key: await pemOfKey(ownKeys.privateKey), ca };
  };
  return { ca, issue };
}
