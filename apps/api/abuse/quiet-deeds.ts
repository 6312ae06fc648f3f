import type { Sample } from './figures.ts';

/** What the person is told, as JSON in the one argument. */
export interface Person {
  readonly consolePort: number;
  readonly from: string;
  readonly cookie: string;
  readonly clusterId: string;
  readonly topicName: string;
  readonly email: string;
  readonly password: string;
}

/**
 * Eight things a second, whether or not the ones before are done: with all that his pages ask it is below the requests
 * that a person may make in a minute, however long he goes on.
 */
export const everyMs = 125;

/** What the person tells after each deed. */
export interface Report {
  readonly sample: Sample;
  /** What was due before then has its answer, milliseconds since the epoch. */
  readonly answeredUntilMs: number;
}
