import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ssoDomainsMax } from '@weir/contracts/single-sign-on';
import { type ControlDb, type ControlTx, isUniqueViolation } from '@weir/db/control';
import { afterLook, checkedMsMax, recordNameOf, recordValueOf } from '@weir/mail-domains/look';
import { lapse, noteLook } from '@weir/mail-domains/note-look.store';
import type { FindTxtRecords } from '@weir/mail-domains/txt-records';
import type { Clock } from '@weir/runtime/clock';
import type { Logger } from '@weir/runtime/logger';
import { organizationScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { changeOrTry } from '../http/change-or-try.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { conflict, notFound, unavailable } from '../http/refused.ts';
import { newId } from '../platform/ids.ts';
import { CLOCK, CONTROL_DB, LOGGER } from '../platform/tokens.ts';
import { SsoConnectionStore } from './sso-connection.store.ts';
import { type DomainRow, SsoDomainStore } from './sso-domain.store.ts';

export const FIND_TXT_RECORDS = Symbol('FIND_TXT_RECORDS');

const challengeBytes = 24;

/** Mail domains: named, proved by a TXT record, looked at again while they are used, and given up. */
@Injectable()
export class ProveDomain {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(SsoDomainStore) private readonly store: SsoDomainStore,
    @Inject(SsoConnectionStore) private readonly connections: SsoConnectionStore,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(FIND_TXT_RECORDS) private readonly findTxtRecords: FindTxtRecords,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async add(given: Call, domain: string, dryRun: boolean): Promise<DomainRow> {
    requireAccess(given.caller, 'user:manage', organizationScope, null);
    const { organizationId } = given.caller;
    const id = newId('dom');
    return changeOrTry(this.db, given, dryRun, async (tx, call) => {
      const claim = await this.idempotency.claim(tx, call, id);
      if (!claim.fresh) {
        const found = await this.store.find(tx, organizationId, claim.resourceId);
        if (!found) throw notFound();
        return found;
      }
      await this.connections.lock(tx, organizationId);
      if ((await this.store.count(tx, organizationId)) >= ssoDomainsMax) {
        throw conflict('limit_reached', `There are ${ssoDomainsMax} domains. Give one up first.`);
      }
      const challenge = randomBytes(challengeBytes).toString('base64url');
      const made = await this.store.add(tx, { id, organizationId, domain, challenge });
      if (made === null) throw conflict('already_named', `${domain} is in the list already.`);
      await this.#record(tx, call, 'sso-domain.create', made);
      return made;
    });
  }

  /** Refuses with what DNS lacks. Whoever else has it proved keeps it while its own record is there. A dry run only looks. */
  async verify(call: Call, id: string, dryRun: boolean): Promise<DomainRow> {
    if (!call.caller.access.allows('user:manage', organizationScope)) throw notFound();
    const row = await this.store.find(this.db, call.caller.organizationId, id);
    if (!row) throw notFound();
    if (!(await this.#ask(row))) {
      if (!dryRun) await this.#note(row, false);
      throw conflict(
        'record_not_found',
        `DNS has no TXT record ${recordNameOf(row.domain)} with the value shown here. A new one may take an hour to be seen everywhere.`,
      );
    }
    const holder = await this.store.findProved(this.db, row.domain);
    const isOthers = holder !== null && holder.id !== row.id;
    if (isOthers && (await (dryRun ? this.#ask(holder) : this.isStillProved(holder, 0)))) throw taken();
    if (dryRun) return { ...row, ...afterLook(row, true, new Date(this.clock.now())) };
    return this.#prove(call, row);
  }

  async remove(given: Call, id: string, dryRun: boolean): Promise<void> {
    if (!given.caller.access.allows('user:manage', organizationScope)) throw notFound();
    const { organizationId } = given.caller;
    await changeOrTry(this.db, given, dryRun, async (tx, call) => {
      await this.connections.lock(tx, organizationId);
      const row = await this.store.find(tx, organizationId, id);
      if (!row) throw notFound();
      await this.store.remove(tx, organizationId, id);
      await this.#record(tx, call, 'sso-domain.delete', row);
    });
  }

  /** Looks again where the last look is older than that. DNS that does not answer changes nothing. */
  async isStillProved(row: DomainRow, ageMsMax = checkedMsMax): Promise<boolean> {
    const { checkedAt, verifiedAt } = row;
    if (verifiedAt === null) return false;
    if (checkedAt !== null && this.clock.now() - checkedAt.getTime() < ageMsMax) return true;
    let isThere: boolean;
    try {
      isThere = await this.#ask(row);
    } catch (cause) {
      this.logger.warn({ err: cause, domain: row.domain }, 'a domain could not be looked at again');
      return true;
    }
    const noted = await this.#note(row, isThere);
    // Asked anew by somebody else who has proved it, the record of today counts, and no week is given.
    return ageMsMax === 0 ? isThere : noted !== null && noted.verifiedAt !== null;
  }

  async #ask({ challenge, domain }: DomainRow): Promise<boolean> {
    try {
      const records = await this.findTxtRecords(recordNameOf(domain));
      return records?.includes(recordValueOf(challenge)) ?? false;
    } catch (cause) {
      this.logger.warn({ err: cause, domain }, 'DNS did not answer');
      throw unavailable('DNS did not answer. Try again in a moment.');
    }
  }

  /** As it is then. */
  async #note(row: DomainRow, isThere: boolean): Promise<DomainRow | null> {
    return this.db.$transaction(async (tx) => {
      await noteLook(tx, row, isThere, this.clock.now());
      return this.store.find(tx, row.organizationId, row.id);
    });
  }

  async #prove(call: Call, row: DomainRow): Promise<DomainRow> {
    try {
      return await this.db.$transaction(async (tx) => {
        const now = new Date(this.clock.now());
        const holder = await this.store.findProved(tx, row.domain);
        if (holder !== null && holder.id !== row.id) {
          await this.store.update(tx, holder.id, { verifiedAt: null, checkedAt: now, missingSince: null });
          await lapse(tx, holder, this.clock.now());
        }
        const proved = await this.store.update(tx, row.id, afterLook(row, true, now));
        if (row.verifiedAt === null) await this.#record(tx, call, 'sso-domain.verify', row);
        return proved;
      });
    } catch (cause) {
      if (isUniqueViolation(cause)) throw taken();
      throw cause;
    }
  }

  #record(tx: ControlTx, call: Call, action: string, { domain, id }: DomainRow): Promise<void> {
    const resource = { kind: 'SsoDomain', id };
    return this.audit.record(tx, call, { action, resource, after: { display_name: domain } });
  }
}

const taken = () =>
  conflict(
    'domain_taken',
    'Another organization has proved this domain. If it is yours, remove their TXT record, and try again.',
  );
