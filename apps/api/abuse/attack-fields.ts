import type { OperationShape } from '@weir/contracts/operation';
import { operations } from '@weir/contracts/operations';
import { Asker } from './ask.ts';
import { type Attack, abuserAddress, Findings, type Outcome, type Scene } from './attack.ts';
import { type Case, sampled } from './generate-cases.ts';
import { problemOf, problemOfNobody } from './judge.ts';
import type { Person } from './people.ts';

type Who = 'an owner' | 'a member of another organization' | 'nobody';

const lanes = 12;

/** The same id each time, so that answers are the same to the byte. */
const requestId = { 'x-request-id': 'the-same-request' };

/** The next of the abusers, so that none asks more than the count of requests lets through. */
const turns = (people: readonly Person[]): (() => readonly [Person, Person, Person]) => {
  let turn = 0;
  return () => {
    turn += 1;
    const [own, other, third] = [0, 1, 2].map((at) => people[(turn + at) % people.length]);
    if (own === undefined || other === undefined || third === undefined) {
      throw new Error('there are too few to abuse anything');
    }
    return [own, other, third];
  };
};

const tryAll = async (scene: Scene, signal: AbortSignal, who: Who): Promise<Outcome> => {
  const findings = new Findings();
  const asker = new Asker(scene.product.ports.api, abuserAddress, lanes);
  const next = turns(scene.abusers);
  const cases = sampled(operations, scene.stride);
  const lane = async (): Promise<void> => {
    for (const each of cases) {
      if (signal.aborted) return;
      const [own, other, third] = next();
      const headers = { ...requestId, ...(who === 'nobody' ? {} : { cookie: own.cookie }) };
      // Another's things by their right ids, or one's own.
      const request = who === 'an owner' ? each.request(own, other) : each.request(other, third);
      const reply = await asker.ask({ ...request, headers });
      findings.tried += 1;
      const problem =
        problemOf(reply, each.operation) ??
        (who === 'nobody' ? problemOfNobody(reply, each.operation) : null);
      findings.add(problem === null ? null : told(each, problem));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  asker.close();
  return findings.outcome();
};

const told = ({ operation, what }: Case, problem: string): string => `${operation.id}, ${what}: ${problem}`;

/** What is another's is answered to the byte as what does not exist. */
const compareInvisible = async (scene: Scene, signal: AbortSignal): Promise<Outcome> => {
  const findings = new Findings();
  const asker = new Asker(scene.product.ports.api, abuserAddress, 1);
  const next = turns(scene.abusers);
  for (const operation of operations.filter(({ path }) => path.includes('{'))) {
    if (signal.aborted) break;
    const [own, other] = next();
    const reply = (of: Case) =>
      asker.ask({ ...of.request(own, other), headers: { ...requestId, cookie: own.cookie } });
    for (const [others, unknown] of pairs(operation)) {
      const [one, two] = [await reply(others), await reply(unknown)];
      findings.tried += 2;
      const isSame = one.status === two.status && one.text === two.text;
      if (!isSame)
        findings.add(`${told(others, `${one.status} ${one.text}`)} — unknown: ${two.status} ${two.text}`);
    }
  }
  asker.close();
  return findings.outcome();
};

const pairs = (operation: OperationShape): readonly (readonly [Case, Case])[] => {
  const cases = [...sampled([operation], 1)];
  return cases
    .filter(({ what }) => what.endsWith('in the path: another’s') && !what.startsWith('topic_name'))
    .flatMap((others) => {
      const unknown = cases.find(({ what }) => what === others.what.replace('another’s', 'unknown'));
      return unknown === undefined ? [] : [[others, unknown] as const];
    });
};

const fields = (who: Who): Attack => ({
  name: `every field of every operation, by ${who}`,
  over: 'rest',
  isWhole: true,
  run: (scene, signal) => tryAll(scene, signal, who),
});

export const fieldAttacks: readonly Attack[] = [
  fields('an owner'),
  fields('a member of another organization'),
  fields('nobody'),
  { name: 'another’s ids beside unknown ones', over: 'rest', isWhole: true, run: compareInvisible },
];
