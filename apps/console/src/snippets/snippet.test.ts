import { expect, it } from 'vitest';
import { snippets } from './all.ts';

const codeOf = (bootstrap: string) =>
  new Map(snippets.map(({ id, code }) => [id, code({ bootstrap, keyId: 'KEY', secret: 'SECRET' })]));

it('every client gets every bootstrap address, as a list where it takes no text with commas', () => {
  const three = codeOf('a:1,b:2,c:3');
  expect(three.get('kcat')).toContain('bootstrap.servers=a:1,b:2,c:3');
  expect(three.get('python')).toContain('"bootstrap.servers": "a:1,b:2,c:3"');
  expect(three.get('java')).toContain('"bootstrap.servers", "a:1,b:2,c:3"');
  expect(three.get('spring')).toContain('bootstrap-servers=a:1,b:2,c:3');
  expect(three.get('node')).toContain("bootstrapBrokers: ['a:1', 'b:2', 'c:3']");
  expect(three.get('kafkajs')).toContain("brokers: ['a:1', 'b:2', 'c:3']");
  expect(three.get('go')).toContain('kgo.SeedBrokers("a:1", "b:2", "c:3")');
});

it('one address stands there as one', () => {
  const one = codeOf('a:1');
  expect(one.get('node')).toContain("bootstrapBrokers: ['a:1']");
  expect(one.get('go')).toContain('kgo.SeedBrokers("a:1")');
});
