import { expect, it } from 'vitest';
import { isRouterState } from './router-state.ts';

it.each([
  [['', { children: ['clusters', { children: ['__PAGE__', {}] }] }, null, null, true]],
  [
    [
      '',
      {
        children: [['id', 'lkc-1', 'd', null], { children: ['__PAGE__', {}, '/clusters/lkc-1', 'refresh'] }],
      },
    ],
  ],
])('passes on what a router sends: %j', (state) => {
  expect(isRouterState(encodeURIComponent(JSON.stringify(state)))).toBe(true);
  expect(isRouterState(undefined)).toBe(true);
});

it.each([
  ['text', 'xxx'],
  ['broken encoding', '%ff%'],
  ['brackets only', '%5B'.repeat(2_000)],
  ['no state', encodeURIComponent('{"a":1}')],
  ['a state of numbers', encodeURIComponent('[1,2]')],
  ['a state without routes', encodeURIComponent('["",null]')],
  ['a state that is too deep', encodeURIComponent(`${'["",{"a":'.repeat(100)}["",{}]${'}]'.repeat(100)}`)],
  ['a long one', encodeURIComponent(JSON.stringify(['x'.repeat(9_000), {}]))],
  ['two', ['a', 'b']],
])('does not pass on %s', (_, header) => {
  expect(isRouterState(header)).toBe(false);
});
