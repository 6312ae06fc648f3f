import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createScramVerifier, type ScramHash, type ScramVerifier, verifySecret } from './scram.ts';
import { type ScramServerDeps, startScram } from './scram-server.ts';

// RFC 7677 section 3: user `user`, password `pencil`.
const rfc = {
  clientNonce: 'rOprNGfwEbeRWgbNEkqO',
  serverNonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
  proof: 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  signature: '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
};
const salt = Buffer.from(rfc.salt, 'base64');
const sha256 = await createScramVerifier('pencil', 'SHA-256', salt);
const sha512 = await createScramVerifier('pencil', 'SHA-512', salt);

const deps = (hash: ScramHash, verifier: ScramVerifier, name = 'user'): ScramServerDeps => ({
  hash,
  verifiersFor: async (username) => (username === name ? [verifier] : []),
  serverNonce: rfc.serverNonce,
  decoyKey: Buffer.alloc(32, 1),
});

/** The client's half, written from RFC 5802 section 3 without any code of the server's. */
const clientFinal = (
  hash: ScramHash,
  password: string,
  clientFirstBare: string,
  serverFirst: string,
  noncePrefix = '',
) => {
  const name = hash === 'SHA-256' ? 'sha256' : 'sha512';
  const [, nonce = '', saltText = '', count = ''] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(serverFirst) ?? [];
  const bytes = hash === 'SHA-256' ? 32 : 64;
  const salted = pbkdf2Sync(password, Buffer.from(saltText, 'base64'), Number(count), bytes, name);
  const clientKey = createHmac(name, salted).update('Client Key').digest();
  const storedKey = createHash(name).update(clientKey).digest();
  const withoutProof = `c=biws,r=${noncePrefix}${nonce}`;
  const message = `${clientFirstBare},${serverFirst},${withoutProof}`;
  const signature = createHmac(name, storedKey).update(message).digest();
  const proof = clientKey.map((byte, at) => byte ^ (signature[at] ?? 0));
  const serverKey = createHmac(name, salted).update('Server Key').digest();
  return {
    message: `${withoutProof},p=${Buffer.from(proof).toString('base64')}`,
    expected: `v=${createHmac(name, serverKey).update(message).digest('base64')}`,
  };
};

/** A client-final-message with any nonce, whose proof covers just that. */
const finalWithNonce = (nonce: string, serverFirst: string) => {
  const salted = pbkdf2Sync('pencil', salt, 4096, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest();
  const withoutProof = `c=biws,r=${nonce}`;
  const message = `n=user,r=abc,${serverFirst},${withoutProof}`;
  const signature = createHmac('sha256', storedKey).update(message).digest();
  const proof = clientKey.map((byte, at) => byte ^ (signature[at] ?? 0));
  return `${withoutProof},p=${Buffer.from(proof).toString('base64')}`;
};

const start = async (first: string, given = deps('SHA-256', sha256)) => {
  const started = await startScram(Buffer.from(first), given);
  if (!started.ok) throw new Error(`refused: ${started.reason}`);
  return started;
};

describe('RFC 7677 test vector', () => {
  it('walks the whole exchange to the byte', async () => {
    const started = await start(`n,,n=user,r=${rfc.clientNonce}`);
    const nonce = rfc.clientNonce + rfc.serverNonce;
    expect(started.serverFirst.toString()).toBe(`r=${nonce},s=${rfc.salt},i=4096`);
    const finished = started.exchange.finish(Buffer.from(`c=biws,r=${nonce},p=${rfc.proof}`));
    const serverFinal = Buffer.from(`v=${rfc.signature}`);
    expect(finished).toEqual({ ok: true, username: 'user', serverFinal, verifier: sha256 });
  });
});

describe('the exchange', () => {
  it('accepts SHA-512 from an independent client', async () => {
    const started = await start('n,,n=user,r=abc', deps('SHA-512', sha512));
    const client = clientFinal('SHA-512', 'pencil', 'n=user,r=abc', started.serverFirst.toString());
    const finished = started.exchange.finish(Buffer.from(client.message));
    expect(finished.ok && finished.serverFinal.toString()).toBe(client.expected);
  });

  it('refuses a wrong secret and an unknown user alike, after the same messages', async () => {
    const wrong = await start('n,,n=user,r=abc');
    const unknown = await start('n,,n=nobody,r=abc');
    const form = /^r=abc%hvYDpWUa2RaTCAfuxFIlj\)hNlF\$k0,s=[A-Za-z0-9+/]{22}==,i=4096$/;
    expect(wrong.serverFirst.toString()).toMatch(form);
    expect(unknown.serverFirst.toString()).toMatch(form);
    const refused = { ok: false, reason: 'refused' };
    for (const [name, started] of [
      ['user', wrong],
      ['nobody', unknown],
    ] as const) {
      const client = clientFinal('SHA-256', 'guess', `n=${name},r=abc`, started.serverFirst.toString());
      expect(started.exchange.finish(Buffer.from(client.message))).toEqual(refused);
    }
  });

  it('shows an unknown user the same salt every time, and each unknown user another', async () => {
    const saltOf = async (name: string) => {
      const started = await start(`n,,n=${name},r=abc`);
      return /s=([^,]+)/.exec(started.serverFirst.toString())?.[1];
    };
    expect(await saltOf('nobody')).toBe(await saltOf('nobody'));
    expect(await saltOf('nobody')).not.toBe(await saltOf('noone'));
  });

  it('takes the nonce that librdkafka before 2.6 writes: its own twice, then the server’s', async () => {
    const started = await start('n,,n=user,r=abc');
    const doubled = started.serverFirst.toString().replace('r=abc', 'r=abcabc');
    const [, nonce = ''] = /^r=([^,]+)/.exec(doubled) ?? [];
    const client = finalWithNonce(nonce, started.serverFirst.toString());
    expect(started.exchange.finish(Buffer.from(client)).ok).toBe(true);
  });

  it('unescapes commas and equals signs in names', async () => {
    const started = await start('n,,n=a=2Cb=3Dc,r=abc', deps('SHA-256', sha256, 'a,b=c'));
    const client = clientFinal('SHA-256', 'pencil', 'n=a=2Cb=3Dc,r=abc', started.serverFirst.toString());
    expect(started.exchange.finish(Buffer.from(client.message)).ok).toBe(true);
  });

  it('takes the nonce as librdkafka writes it, with its own part twice', async () => {
    const started = await start('n,,n=user,r=abc');
    const serverFirst = started.serverFirst.toString();
    const client = clientFinal('SHA-256', 'pencil', 'n=user,r=abc', serverFirst, 'abc');
    expect(started.exchange.finish(Buffer.from(client.message)).ok).toBe(true);
  });

  it('ignores extensions that it does not know', async () => {
    const started = await start('n,,n=user,r=abc,tokenauth=false');
    const bare = 'n=user,r=abc,tokenauth=false';
    const client = clientFinal('SHA-256', 'pencil', bare, started.serverFirst.toString());
    expect(started.exchange.finish(Buffer.from(client.message)).ok).toBe(true);
  });

  it('refuses another nonce, another channel binding and a proof of another length', async () => {
    const good = async () => {
      const started = await start('n,,n=user,r=abc');
      return {
        started,
        client: clientFinal('SHA-256', 'pencil', 'n=user,r=abc', started.serverFirst.toString()),
      };
    };
    for (const change of [
      (text: string) => text.replace('r=abc', 'r=abd'),
      (text: string) => text.replace('c=biws', 'c=eSws'),
      (text: string) => text.replace(/p=.*/, 'p=AAAA'),
      (text: string) => text.replace(/p=.*/, 'p='),
      (text: string) => text.replace(/p=.*/, 'p=***'),
      () => '',
    ]) {
      const { started, client } = await good();
      expect(started.exchange.finish(Buffer.from(change(client.message))).ok).toBe(false);
    }
  });
});

describe('first messages', () => {
  it.each([
    ['nothing', ''],
    ['no header', 'n=user,r=abc'],
    ['no nonce', 'n,,n=user'],
    ['an empty nonce', 'n,,n=user,r='],
    ['no name', 'n,,r=abc'],
    ['an empty name', 'n,,n=,r=abc'],
    ['a stray equals sign', 'n,,n=a=b,r=abc'],
    ['a mandatory extension', 'n,,m=x,n=user,r=abc'],
    ['a control character in the nonce', 'n,,n=user,r=a\u0001b'],
    ['more than any client writes', `n,,n=${'a'.repeat(5000)},r=abc`],
  ])('with %s are malformed', async (_, message) => {
    expect(await startScram(Buffer.from(message), deps('SHA-256', sha256))).toEqual({
      ok: false,
      reason: 'malformed',
    });
  });

  it('that are not UTF-8 are malformed', async () => {
    const bytes = Buffer.concat([Buffer.from('n,,n='), Buffer.from([0xff, 0xfe]), Buffer.from(',r=abc')]);
    expect(await startScram(bytes, deps('SHA-256', sha256))).toEqual({ ok: false, reason: 'malformed' });
  });

  it.each([
    ['channel binding', 'p=tls-unique,,n=user,r=abc'],
    ['acting for another', 'n,a=root,n=user,r=abc'],
  ])('asking for %s are unsupported', async (_, message) => {
    expect(await startScram(Buffer.from(message), deps('SHA-256', sha256))).toEqual({
      ok: false,
      reason: 'unsupported',
    });
  });

  it('may name themselves as the one to act for', async () => {
    expect((await startScram(Buffer.from('y,a=user,n=user,r=abc'), deps('SHA-256', sha256))).ok).toBe(true);
  });
});

describe('a secret that arrives itself', () => {
  it('is checked against either verifier', async () => {
    expect(await verifySecret('pencil', 'SHA-256', sha256)).toBe(true);
    expect(await verifySecret('pencil', 'SHA-512', sha512)).toBe(true);
    expect(await verifySecret('pencils', 'SHA-256', sha256)).toBe(false);
    expect(await verifySecret('', 'SHA-512', sha512)).toBe(false);
  });
});
