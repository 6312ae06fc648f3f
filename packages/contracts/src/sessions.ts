import { z } from 'zod';
import { Timestamp } from './envelope.ts';
import { SessionId } from './ids.ts';
import { defineOperation } from './operation.ts';

/** Sessions of one person at a time. With another one ends that was not used, or longest ago. */
export const sessionsMax = 20;

/** A browser or a program that a person is signed in with. */
export const Session = z
  .object({
    api_version: z.literal('iam/v2'),
    kind: z.literal('Session'),
    id: z.string(),
    is_current: z.boolean().describe('The one that asks.'),
    created_at: Timestamp,
    last_seen_at: Timestamp.describe('To the minute.'),
    expires_at: Timestamp,
    source_ip: z.string().nullable().describe('Where it was seen last.'),
    client: z.string().nullable().describe('What it calls itself (User-Agent).'),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

const own = { tag: 'Sessions', access: 'session', errors: 'cloud' } as const;

export const listSessions = defineOperation({
  ...own,
  id: 'listSessions',
  method: 'GET',
  path: '/iam/v2/sessions',
  summary: 'Where you are signed in, last seen first.',
  status: 200,
  response: z
    .object({
      api_version: z.literal('iam/v2'),
      kind: z.literal('SessionList'),
      data: z.array(Session).max(sessionsMax),
    })
    .meta({ id: 'SessionList' }),
});

export const deleteSession = defineOperation({
  ...own,
  id: 'deleteSession',
  method: 'DELETE',
  path: '/iam/v2/sessions/{id}',
  summary: 'End one of your sessions. It holds from its next request on.',
  params: z.object({ id: SessionId }),
  status: 204,
  response: null,
});

export const deleteOtherSessions = defineOperation({
  ...own,
  id: 'deleteOtherSessions',
  method: 'DELETE',
  path: '/iam/v2/sessions',
  summary: 'End all of your sessions but this one.',
  status: 204,
  response: null,
});
