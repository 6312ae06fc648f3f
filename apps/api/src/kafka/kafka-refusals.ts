import { Refused } from '../http/refused.ts';

// Refusals in the codes of Kafka REST v3: the HTTP status and two digits more.

export const clusterUnknown = () =>
  new Refused({
    status: 404,
    code: 'not_found',
    title: 'Not found',
    detail: 'There is no such cluster, or it is not yours to see. Check its id and the key you used.',
    kafkaCode: 40401,
  });

/** In the words of Kafka's own UNKNOWN_TOPIC_OR_PARTITION. */
export const topicUnknown = () =>
  new Refused({
    status: 404,
    code: 'not_found',
    title: 'Not found',
    detail: 'This server does not host this topic-partition.',
    kafkaCode: 40403,
  });

/** In the words of Kafka's own GROUP_ID_NOT_FOUND. */
export const groupUnknown = () =>
  new Refused({
    status: 404,
    code: 'not_found',
    title: 'Not found',
    detail: 'The group id does not exist.',
    kafkaCode: 40403,
  });

export const configUnknown = () =>
  new Refused({
    status: 404,
    code: 'not_found',
    title: 'Not found',
    detail: 'A topic has no setting of that name. Its list of configs has all that there are.',
    kafkaCode: 40401,
  });

export const badKafkaRequest = (detail: string) =>
  new Refused({ status: 400, code: 'invalid_request', title: 'Invalid request', detail, kafkaCode: 40002 });

export const notAuthorized = (detail: string) =>
  new Refused({ status: 403, code: 'forbidden', title: 'Forbidden', detail, kafkaCode: 40301 });

export const clusterNotReady = () =>
  new Refused({
    status: 503,
    code: 'unavailable',
    title: 'Unavailable',
    detail: 'The cluster is still being provisioned. Try again in a few seconds.',
    kafkaCode: 50301,
  });
