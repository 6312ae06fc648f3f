import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { MailStore } from './mail.store.ts';
import { PEOPLE, type People } from './people.ts';

/** The local outbox: what would have been sent to the signed-in person, had this installation a mail server. */
@Controller()
export class MailsController {
  constructor(
    @Inject(MailStore) private readonly mails: MailStore,
    @Inject(PEOPLE) private readonly people: People,
  ) {}

  @Get('/outbox')
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const headers = new Headers({ cookie: request.get('cookie') ?? '' });
    const session = await this.people.api.getSession({ headers });
    const mails = session ? await this.mails.list(session.user.email) : [];
    response.type('text/plain; charset=utf-8');
    response.send(
      [
        'No mail server is configured (SMTP_URL), so mail stays here instead of being sent.',
        session ? `Mail to ${session.user.email}:` : 'Sign in to see the mail addressed to you.',
        ...mails.map((mail) => `\n${mail.createdAt.toISOString()}  ${mail.subject}\n\n${mail.text}`),
        '',
      ].join('\n'),
    );
  }
}
