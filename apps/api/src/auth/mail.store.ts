import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface OutgoingMail {
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
}

const mailsShownMax = 50;

/** Where mail goes while no SMTP server is configured. It is shown to its recipient only. */
@Injectable()
export class MailStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  async add(mail: OutgoingMail): Promise<void> {
    await this.db.mail.create({ data: { id: randomUUID(), ...mail }, select: { id: true } });
  }

  list(recipient: string): Promise<readonly (OutgoingMail & { readonly createdAt: Date })[]> {
    return this.db.mail.findMany({
      where: { recipient },
      orderBy: { createdAt: 'desc' },
      take: mailsShownMax,
      select: { recipient: true, subject: true, text: true, createdAt: true },
    });
  }
}
