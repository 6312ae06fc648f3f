import {
  answerBytesFloor,
  answerBytesPerBrokerMax,
  answerBytesPerClusterMax,
  fetchSessionBytesFloor,
  fetchSessionBytesPerBrokerMax,
  fetchSessionBytesPerClusterMax,
  groupBytesFloor,
  groupBytesPerBrokerMax,
  groupBytesPerClusterMax,
  producerBytesFloor,
  producerBytesPerBrokerMax,
  producerBytesPerClusterMax,
  requestObjectBytesFloor,
  requestObjectBytesPerBrokerMax,
  requestObjectBytesPerClusterMax,
} from '../limits.ts';
import { Account } from './account.ts';

/** What is kept on behalf of clusters, by what it is. Objects are charged at what they cost on the heap. */
export interface Accounts {
  /** Answers that are being built, or that the client has not taken: the frames that they pin. */
  readonly answers: Account;
  readonly fetchSessions: Account;
  /** Groups with their members, subscriptions, assignments and committed offsets. */
  readonly groups: Account;
  /** What partitions remember of idempotent producers. */
  readonly producers: Account;
  /** What requests have become, from their decoding to their answer: also while they wait. */
  readonly requests: Account;
}

/** What may be kept: for all clusters together, for one, and for each even where all have too much. */
export interface AccountBounds {
  readonly answerBytesPerBrokerMax: number;
  readonly answerBytesPerClusterMax: number;
  readonly answerBytesFloor: number;
  readonly fetchSessionBytesPerBrokerMax: number;
  readonly fetchSessionBytesPerClusterMax: number;
  readonly fetchSessionBytesFloor: number;
  readonly groupBytesPerBrokerMax: number;
  readonly groupBytesPerClusterMax: number;
  readonly groupBytesFloor: number;
  readonly producerBytesPerBrokerMax: number;
  readonly producerBytesPerClusterMax: number;
  readonly producerBytesFloor: number;
  readonly requestObjectBytesPerBrokerMax: number;
  readonly requestObjectBytesPerClusterMax: number;
  readonly requestObjectBytesFloor: number;
}

export const accountBounds: AccountBounds = {
  answerBytesPerBrokerMax,
  answerBytesPerClusterMax,
  answerBytesFloor,
  fetchSessionBytesPerBrokerMax,
  fetchSessionBytesPerClusterMax,
  fetchSessionBytesFloor,
  groupBytesPerBrokerMax,
  groupBytesPerClusterMax,
  groupBytesFloor,
  producerBytesPerBrokerMax,
  producerBytesPerClusterMax,
  producerBytesFloor,
  requestObjectBytesPerBrokerMax,
  requestObjectBytesPerClusterMax,
  requestObjectBytesFloor,
};

export function brokerAccounts(bounds: AccountBounds = accountBounds): Accounts {
  return {
    answers: new Account(bounds.answerBytesPerBrokerMax),
    fetchSessions: new Account(bounds.fetchSessionBytesPerBrokerMax),
    groups: new Account(bounds.groupBytesPerBrokerMax),
    producers: new Account(bounds.producerBytesPerBrokerMax),
    requests: new Account(bounds.requestObjectBytesPerBrokerMax),
  };
}

export function clusterAccounts(broker: Accounts, bounds: AccountBounds = accountBounds): Accounts {
  return {
    answers: new Account(bounds.answerBytesPerClusterMax, broker.answers, bounds.answerBytesFloor),
    fetchSessions: new Account(
      bounds.fetchSessionBytesPerClusterMax,
      broker.fetchSessions,
      bounds.fetchSessionBytesFloor,
    ),
    groups: new Account(bounds.groupBytesPerClusterMax, broker.groups, bounds.groupBytesFloor),
    producers: new Account(bounds.producerBytesPerClusterMax, broker.producers, bounds.producerBytesFloor),
    requests: new Account(
      bounds.requestObjectBytesPerClusterMax,
      broker.requests,
      bounds.requestObjectBytesFloor,
    ),
  };
}
