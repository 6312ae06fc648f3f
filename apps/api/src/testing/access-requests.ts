import type { OperationShape } from '@weir/contracts/operation';
import type { About, Holder, Plain } from './access-expectation.ts';
import type { AccessScene, Ids } from './access-scene.ts';
import type { Answer } from './api-client.ts';

/** With the names of the scene's objects, and `id` for the one that it is about. */
export const pathOf = (operation: OperationShape, id: string, ids: Ids): string =>
  operation.path
    .replace('{topic_name}', ids.topic)
    .replace('{cluster_id}', ids.cluster)
    .replace('{secret_id}', '1')
    .replace('{delivery_id}', ids['webhook-delivery'])
    .replace('{consumer_group_id}', ids['consumer-group'])
    .replace('{partition_id}', '0')
    .replace('{config_name}', 'retention.ms')
    .replace(/\{\w+\}/, id);

/** As somebody of the scene. */
export const sendAs = (
  scene: AccessScene,
  holder: Holder,
  operation: OperationShape,
  path: string,
  query: Readonly<Record<string, string>> = {},
  body?: unknown,
): Promise<Answer> => {
  // The request id is in the body, and is the caller's to choose.
  const client = scene.holder(holder).client.with({ 'x-request-id': 'the-same-request' });
  const text = new URLSearchParams(query).toString();
  return client.send(operation.method, text === '' ? path : `${path}?${text}`, body);
};

/** About an object of the scene. */
export const askAbout = (
  scene: AccessScene,
  holder: Holder,
  operation: OperationShape,
  expected: About,
  ids: Ids,
): Promise<Answer> => {
  const query = typeof expected.query === 'function' ? expected.query(ids) : expected.query;
  const path = pathOf(operation, ids[expected.about], ids);
  return sendAs(scene, holder, operation, path, query, expected.body?.(ids));
};

/** What an operation that is about nobody's object is sent, with a name that nobody has where it needs one. */
export const bodyOf = ({ body }: Plain): unknown =>
  body === undefined ? undefined : JSON.parse(JSON.stringify(body).replace('RANDOM', crypto.randomUUID()));
