import { defineApi } from '@weir/kafka-protocol/api';
import { decodeRequestHeader } from '@weir/kafka-protocol/headers';
import { Reader } from '@weir/kafka-protocol/reader';
import type { Field, Fields } from '@weir/kafka-protocol/schema';
import { hasVersion } from '@weir/kafka-protocol/versions';
import { expect, test } from 'vitest';
import { advertisedApis } from '../src/dispatch/advertised.ts';
import { apiTable } from '../src/dispatch/api-table.ts';
import { mutationsOf, versionsFor } from './generate.ts';
import { advertised, strangeFor } from './generated-cases.ts';
import { Random } from './random.ts';

const world = { topic: 'own', topicId: Buffer.alloc(16, 3).toString('base64url'), group: 'own-group' };
const task = {
  name: '',
  port: 0,
  seed: 1,
  secondsMax: 1,
  victimTopicId: Buffer.alloc(16, 4).toString('base64url'),
};
const strange = strangeFor({ random: new Random(1), task });

/** Written apart from the generator: every field that some advertised version carries. */
function pathsOf(fields: Fields, versions: readonly number[], above = ''): string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const carried = versions.filter((version) => hasVersion(field.versions, version));
    if (carried.length === 0) return [];
    const path = `${above}${name}${field.isArray ? '[]' : ''}`;
    return [path, ...(field.fields === null ? [] : pathsOf(field.fields, carried, `${path}.`))];
  });
}

test('every API that the broker advertises is in the campaign', () => {
  expect(advertised.map(({ api }) => api.key).sort((a, b) => a - b)).toEqual(
    advertisedApis.map(({ apiKey }) => apiKey),
  );
});

test.each(advertised.map((target) => [target.api.name, target] as const))(
  'every field of %s is spoiled in several ways, in its newest and its oldest version',
  (_, target) => {
    const mutations = mutationsOf(target, world, strange);
    const versions = versionsFor(target);
    expect(versions).toEqual(expect.arrayContaining([target.min, target.max]));
    const all = Array.from({ length: target.max - target.min + 1 }, (__, index) => target.min + index);
    for (const path of pathsOf(target.api.requestFields, all)) {
      const ways = new Set(mutations.filter((each) => each.path === path).map((each) => each.what));
      expect([path, ways.size >= 1]).toEqual([path, true]);
    }
    for (const version of [target.min, target.max]) {
      const spoiled = new Set(mutations.filter((each) => each.version === version).map((each) => each.path));
      expect([...spoiled].sort()).toEqual(pathsOf(target.api.requestFields, [version]).sort());
    }
  },
);

test.each(advertised.map((target) => [target.api.name, target] as const))(
  'what is sent of %s is a frame with its header, and each field is told apart from a sound request by one at least',
  (_, target) => {
    const heavy = /bound|bomb|8 MiB|hundred/;
    const told = new Map<string, Set<string>>();
    for (const mutation of mutationsOf(target, world, strange)) {
      if (heavy.test(mutation.what)) continue;
      const frame = mutation.frame();
      expect(frame.readInt32BE(0)).toBe(frame.length - 4);
      const header = decodeRequestHeader(new Reader(frame.subarray(4)), () => target.api.flexibleFrom);
      expect([header.apiKey, header.apiVersion]).toEqual([target.api.key, mutation.version]);
      const place = `v${mutation.version} ${mutation.path}`;
      told.set(place, (told.get(place) ?? new Set()).add(frame.toString('latin1')));
    }
    const structs = ['replicaState'];
    for (const [place, frames] of told) {
      const isStruct = structs.some((name) => place.endsWith(name));
      expect([place, frames.size > 1 || isStruct]).toEqual([place, true]);
    }
  },
);

test('an array is repeated until the bound on bytes, and until the bound on elements, by different ones', () => {
  const metadata = advertised.find(({ api }) => api.name === 'Metadata');
  if (metadata === undefined) throw new Error('no Metadata');
  const sizes = mutationsOf(metadata, world, strange)
    .filter(({ path, version }) => path === 'topics[]' && version === metadata.max)
    .map(({ what, frame }) => [what, frame().length] as const);
  const size = Object.fromEntries(sizes);
  expect(size['repeated to the bound on bytes']).toBeGreaterThan(1_000_000);
  expect(size['distinct to the bound on elements']).toBeGreaterThan(500_000);
  expect(size['claims 2^31−1 elements']).toBeLessThan(200);
});

test('a field of a type that the campaign does not know fails instead of being left out', () => {
  const strangeField = {
    ...(apiTable.get(3)?.api.requestFields.allowAutoTopicCreation as Field),
    versions: '0+',
    type: 'float16',
  };
  const fields = { strange: strangeField } as unknown as Fields;
  const known = {
    key: 99,
    name: 'Unknown',
    versionMin: 0,
    versionMax: 0,
    flexibleFrom: 1,
    request: {},
    response: {},
  };
  const api = { ...defineApi(known), requestFields: fields } as never;
  expect(() => mutationsOf({ api, min: 0, max: 0 }, world, strange)).toThrow('float16');
});
