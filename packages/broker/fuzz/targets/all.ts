import type { Target } from '../target.ts';
import { batches } from './batches.ts';
import { codecs } from './codecs.ts';
import { connections } from './connections.ts';
import { frames } from './frames.ts';
import { messages } from './messages.ts';

export const allTargets: readonly Target[] = [messages, frames, batches, codecs, connections];
