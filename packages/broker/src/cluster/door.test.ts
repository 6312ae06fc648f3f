import { expect, test } from 'vitest';
import { Doors, unnamedDoor } from './door.ts';

const doors = new Doors(2, 'Kafka.Example.com');
const other = { brokerId: 3, host: '10.0.0.3' };

test('a name under the domain opens to one cluster, and its client is told names under it', () => {
  for (const name of [
    'lkc-a.kafka.example.com',
    'b2-lkc-a.kafka.example.com',
    'B2-LKC-A.KAFKA.EXAMPLE.COM',
  ]) {
    const door = doors.doorOf(name);
    expect(door?.clusterId).toBe('lkc-a');
    expect(door?.hostOf(other)).toBe('b3-lkc-a.kafka.example.com');
  }
});

test('who comes by the name of another broker finds nobody', () => {
  expect(doors.doorOf('b3-lkc-a.kafka.example.com')).toBeNull();
  expect(doors.doorOf('b22-lkc-a.kafka.example.com')).toBeNull();
});

test('a name elsewhere, or none, names no cluster, and brokers are called as they call themselves', () => {
  for (const name of [undefined, 'localhost', 'kafka.example.com', 'lkc-a.other.example.com'])
    expect(doors.doorOf(name)).toBe(unnamedDoor);
  expect(new Doors(2, null).doorOf('lkc-a.kafka.example.com')).toBe(unnamedDoor);
  expect(unnamedDoor.hostOf(other)).toBe('10.0.0.3');
});

test('what is no cluster opens to none', () => {
  expect(doors.doorOf('b3.kafka.example.com')?.clusterId).toBe('b3');
  expect(doors.doorOf('x.lkc-a.kafka.example.com')?.clusterId).toBe('x.lkc-a');
});
