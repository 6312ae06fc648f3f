import type { ControlDb } from '@weir/db/control';
import type { ActingCredentials } from '@weir/kafka-client/acting-credentials';
import type { RenderContext } from '@weir/mail/render';
import type { FindTxtRecords } from '@weir/mail-domains/txt-records';
import type { openProvider } from '@weir/payments/provider';
import type { Cells } from '@weir/provisioning/cells';
import type { BrokerAccess } from '@weir/runtime/broker-access-env';
import type { Clock } from '@weir/runtime/clock';
import type { GuardedFetch } from '@weir/runtime/guarded-fetch';
import type { Logger } from '@weir/runtime/logger';
import type { MailTransport } from './mail/mail-transport.ts';
import type { WorkerMetrics } from './metrics.ts';

/** What handlers may touch outside themselves. */
export interface WorkerDeps {
  readonly db: ControlDb;
  readonly cells: Cells;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: WorkerMetrics;
  readonly mail: MailRoute;
  /** To clusters of tenants. */
  readonly brokers: BrokerRoute;
  /** What DNS has of domains that tenants name. */
  readonly findTxtRecords: FindTxtRecords;
  /** To servers that tenants name. */
  readonly outside: GuardedFetch;
  /** Null: payment is off. */
  readonly payments: PaymentRoute | null;
  /** Who asks for the money, as lines on invoices; empty: nobody is set. */
  readonly issuedBy: readonly string[];
  /** What clients call the machine on which brokers of further cells run. */
  readonly brokerHost: string;
}

/** How mail is written, and where it goes. */
export interface MailRoute extends RenderContext {
  readonly transport: MailTransport;
}

/** By whom invoices are charged. */
export interface PaymentRoute {
  readonly provider: ReturnType<typeof openProvider>;
  /** It adds tax to them. */
  readonly hasTax: boolean;
}

/** How brokers are reached, and in whose name. */
export interface BrokerRoute {
  readonly credentials: ActingCredentials;
  /** What clients of the local cell bootstrap from. */
  readonly bootstrapEndpoint: string;
  readonly brokerAccess: BrokerAccess;
}
