import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

interface Flags {
  /** The device made sure who is there. */
  readonly isVerified?: boolean;
  readonly origin?: string;
}

const userPresent = 0x01;
const userVerified = 0x04;
const attestedData = 0x40;

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest();

/** An authenticator as a device has it, without the device: one key pair, and what it says of itself. */
export class SoftPasskey {
  readonly id = randomBytes(32);
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly #rpId: string;
  readonly #origin: string;
  #counter = 0;

  constructor(consoleUrl: string) {
    this.#rpId = new URL(consoleUrl).hostname;
    this.#origin = new URL(consoleUrl).origin;
  }

  /** The answer to options of registration, with `none` for an attestation (WebAuthn Level 3, 8.7). */
  register(challenge: string, flags: Flags = {}) {
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' });
    // COSE (RFC 9053): { 1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y } as CBOR.
    const cose = Buffer.concat([
      Buffer.from('a5010203262001215820', 'hex'),
      Buffer.from(x, 'base64url'),
      Buffer.from('225820', 'hex'),
      Buffer.from(y, 'base64url'),
    ]);
    const idLength = Buffer.from([this.id.length >> 8, this.id.length & 255]);
    const attested = Buffer.concat([Buffer.alloc(16), idLength, this.id, cose]);
    const authData = Buffer.concat([this.#head(attestedData, flags), attested]);
    // CBOR (RFC 8949): { "fmt": "none", "attStmt": {}, "authData": bytes of a length in two bytes }.
    const attestation = Buffer.concat([
      Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746159', 'hex'),
      Buffer.from([authData.length >> 8, authData.length & 255]),
      authData,
    ]);
    return this.#credential({
      clientDataJSON: this.#clientData('webauthn.create', challenge, flags).toString('base64url'),
      attestationObject: attestation.toString('base64url'),
      transports: ['internal'],
    });
  }

  /** The answer to options of signing in. */
  signIn(challenge: string, flags: Flags = {}) {
    this.#counter += 1;
    const clientData = this.#clientData('webauthn.get', challenge, flags);
    const authData = this.#head(0, flags);
    const signature = sign('sha256', Buffer.concat([authData, sha256(clientData)]), this.#keys.privateKey);
    return this.#credential({
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: signature.toString('base64url'),
    });
  }

  /** As a copy that was made earlier would count. */
  forget(): void {
    this.#counter = 0;
  }

  #head(extra: number, { isVerified = true }: Flags): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.#counter);
    const flags = userPresent | (isVerified ? userVerified : 0) | extra;
    return Buffer.concat([sha256(this.#rpId), Buffer.from([flags]), counter]);
  }

  #clientData(type: string, challenge: string, { origin = this.#origin }: Flags): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  #credential(response: object) {
    const id = this.id.toString('base64url');
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
  }
}
