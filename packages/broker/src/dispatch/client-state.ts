import type { Identity } from '../apis/handler.ts';
import type { Door } from '../cluster/door.ts';
import type { ClusterConnection } from '../cluster/logical-cluster.ts';
import type { KeyUser, SecretUse } from '../metering/key-uses.ts';
import type { bearerMechanism, SaslMechanism, ScramInProgress } from '../security/authenticator.ts';

/** How far a connection's SASL exchange has come. `raw`: tokens come bare, without request headers (handshake v0). */
export type SaslState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'mechanism';
      readonly mechanism: SaslMechanism | typeof bearerMechanism;
      readonly raw: boolean;
    }
  | { readonly kind: 'challenged'; readonly raw: boolean }
  | { readonly kind: 'scram'; readonly scram: ScramInProgress; readonly raw: boolean };

/** What the broker knows of one connection. Changed only by the dispatch room. */
export interface ClientState {
  readonly connectionId: number;
  readonly host: string;
  readonly door: Door;
  identity: Identity | null;
  sasl: SaslState;
  /** When the credential ends, milliseconds since the epoch; null: never. */
  expiresAt: number | null;
  /** The connection as its cluster knows it, once it has one. */
  membership: ClusterConnection | null;
  /** What it has said that it runs, by ApiVersions; null: nothing. */
  software: { readonly name: string; readonly version: string } | null;
  /** Which secret it uses, and as whom; null until it has signed in. */
  secretUse: { readonly use: SecretUse; readonly by: KeyUser } | null;
  /** The connection is gone; what still runs for it must leave no trace of it. */
  hasEnded: boolean;
  readonly endListeners: Set<() => void>;
  close(reason: string): void;
}
