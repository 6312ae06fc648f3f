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
}

export function brokerAccounts(): Accounts {
  return {
    answers: new Account(answerBytesPerBrokerMax),
    fetchSessions: new Account(fetchSessionBytesPerBrokerMax),
    groups: new Account(groupBytesPerBrokerMax),
    producers: new Account(producerBytesPerBrokerMax),
  };
}

export function clusterAccounts(broker: Accounts): Accounts {
  return {
    answers: new Account(answerBytesPerClusterMax, broker.answers, answerBytesFloor),
    fetchSessions: new Account(fetchSessionBytesPerClusterMax, broker.fetchSessions, fetchSessionBytesFloor),
    groups: new Account(groupBytesPerClusterMax, broker.groups, groupBytesFloor),
    producers: new Account(producerBytesPerClusterMax, broker.producers, producerBytesFloor),
  };
}
