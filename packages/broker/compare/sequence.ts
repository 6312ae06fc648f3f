import type { World } from '../abuse/sound-request.ts';
import type { Conversation } from './conversation.ts';

/** What is said to both brokers, in this order; later requests may hold what that broker answered to earlier ones. */
export interface Sequence {
  /** Part of the names of its topics and groups; no two have the same. */
  readonly name: string;
  run(talk: Conversation, world: World): Promise<void>;
}
