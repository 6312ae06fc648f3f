import { Asker } from './ask.ts';
import { type Attack, abuserAddress, Findings, inLanes } from './attack.ts';
import { problemOf } from './judge.ts';

// Forms that anybody may send, by which passwords are guessed and hashed.

/** As the console's own proxy would say it: one address out of the world, or of many. */
const floodFrom = (
  name: string,
  addressOf: (turn: number) => string,
  emailOf: (quiet: string, turn: number) => string,
): Attack => ({
  name,
  over: 'rest',
  run: async (scene, signal) => {
    const findings = new Findings();
    const asker = new Asker(scene.product.ports.api, abuserAddress, 40);
    let turn = 0;
    await inLanes(40, signal, async () => {
      const body = JSON.stringify({
        email: emailOf(scene.quiet.email, turn),
        password: 'a guess of a password',
      });
      const reply = await asker.ask({
        ...{ method: 'POST', path: '/auth/sign-in/email', body },
        headers: { 'x-weir-proxy': scene.product.proxySecret, 'x-forwarded-for': addressOf(turn++) },
      });
      findings.tried += 1;
      findings.add(problemOf(reply, null) ?? (reply.status < 400 ? `let in: ${reply.status}` : null));
    });
    asker.close();
    return findings.outcome();
  },
});

const one = () => '198.51.100.7';
const ofMany = (turn: number) => `198.51.${Math.floor(turn / 250) % 250}.${turn % 250}`;
const strangers = (_: string, turn: number) => `stranger-${turn}@example.com`;
const themself = (quiet: string) => quiet;

/** New accounts, of which each has a password hashed. */
const signUps: Attack = {
  name: 'sign-ups from one address through the console',
  over: 'console',
  run: async (scene, signal) => {
    const findings = new Findings();
    const asker = new Asker(scene.product.ports.console, abuserAddress, 20);
    let turn = 0;
    await inLanes(20, signal, async () => {
      // The address is taken, so that no account is made, and everything else is as for a new one.
      const email = turn % 2 === 0 ? scene.quiet.email : 'no address';
      turn += 1;
      const body = JSON.stringify({ name: 'x', email, password: 'a guess of a password' });
      const reply = await asker.ask({ method: 'POST', path: '/api/auth/sign-up/email', body });
      findings.tried += 1;
      findings.add(problemOf(reply, null));
    });
    asker.close();
    return findings.outcome();
  },
};

export const signInAttacks: readonly Attack[] = [
  floodFrom('sign-ins of strangers from one address', one, strangers),
  floodFrom('guesses of the quiet person’s password from one address', one, themself),
  floodFrom('sign-ins of strangers from thousands of addresses', ofMany, strangers),
  signUps,
];
