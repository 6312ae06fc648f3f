import { expect, it } from 'vitest';
import { snippets } from './all.ts';
import type { Bootstrap } from './bootstrap.ts';

const of = (servers: string) => ({ servers, protocol: 'SASL_PLAINTEXT', caUrl: null }) as const;

const codeOf = (bootstrap: Bootstrap) =>
  new Map(snippets.map(({ id, code }) => [id, code({ bootstrap, keyId: 'KEY', secret: 'SECRET' })]));

it('every client gets every bootstrap address, as a list where it takes no text with commas', () => {
  const three = codeOf(of('a:1,b:2,c:3'));
  expect(three.get('kcat')).toContain('bootstrap.servers=a:1,b:2,c:3');
  expect(three.get('python')).toContain('"bootstrap.servers": "a:1,b:2,c:3"');
  expect(three.get('java')).toContain('"bootstrap.servers", "a:1,b:2,c:3"');
  expect(three.get('spring')).toContain('bootstrap-servers=a:1,b:2,c:3');
  expect(three.get('node')).toContain("bootstrapBrokers: ['a:1', 'b:2', 'c:3']");
  expect(three.get('kafkajs')).toContain("brokers: ['a:1', 'b:2', 'c:3']");
  expect(three.get('go')).toContain('kgo.SeedBrokers("a:1", "b:2", "c:3")');
});

it('one address stands there as one', () => {
  const one = codeOf(of('a:1'));
  expect(one.get('node')).toContain("bootstrapBrokers: ['a:1']");
  expect(one.get('go')).toContain('kgo.SeedBrokers("a:1")');
});

it('without TLS no snippet speaks of certificates', () => {
  for (const code of codeOf(of('a:1')).values()) {
    expect(code).not.toMatch(/weir-ca|SASL_SSL|truststore|tls|ssl/i);
  }
});

it('where brokers have an authority of their own each snippet fetches it first, and trusts it', () => {
  const caUrl = 'http://localhost:4000/kafka-ca.pem';
  for (const [id, code] of codeOf({ servers: 'a:1', protocol: 'SASL_SSL', caUrl })) {
    const fetches = code.indexOf(`curl --fail --silent --output weir-ca.pem '${caUrl}'`);
    expect(fetches, id).toBeGreaterThanOrEqual(0);
    expect(code.slice(fetches + 60)).toContain('weir-ca.pem');
    expect(code).not.toContain('SASL_PLAINTEXT');
  }
});

it('where every client knows the authority TLS is all that a snippet names', () => {
  const code = codeOf({ servers: 'a:1', protocol: 'SASL_SSL', caUrl: null });
  for (const text of code.values()) expect(text).not.toContain('weir-ca.pem');
  expect(code.get('kcat')).toContain('security.protocol=SASL_SSL');
  expect(code.get('go')).toContain('kgo.DialTLS()');
  expect(code.get('kafkajs')).toContain('ssl: true');
  expect(code.get('node')).toContain('tls: {}');
});
