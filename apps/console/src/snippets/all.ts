import { go } from './go.ts';
import { java } from './java.ts';
import { kafkajs } from './kafkajs.ts';
import { kcat } from './kcat.ts';
import { nodePlatformatic } from './node-platformatic.ts';
import { python } from './python.ts';
import type { Snippet } from './snippet.ts';
import { spring } from './spring.ts';

/** In the order in which they are offered. */
export const snippets: readonly Snippet[] = [kcat, nodePlatformatic, kafkajs, python, java, go, spring];
