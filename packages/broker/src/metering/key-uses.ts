import type { KeyUseRow } from '../deps.ts';

/** What a client has told of itself when it signed in. */
export interface KeyUser {
  readonly address: string;
  readonly clientId: string | null;
  /** By ApiVersions (KIP-511); null: it told none. */
  readonly softwareName: string | null;
  readonly softwareVersion: string | null;
}

/** One secret of a key, while somebody is signed in with it, or was in the present window. */
export interface SecretUse {
  readonly keyId: string;
  readonly secretNumber: number;
  readonly clusterId: string;
  /** Who used it last since uses were taken; null: nobody has. Setting it is all that a request does. */
  by: KeyUser | null;
}

interface Held extends SecretUse {
  connections: number;
}

/**
 * Which secrets were used, by whom last. However often a client signs in and however much it asks, a secret is one row a
 * window, so that neither the report nor the ledger grows with it.
 */
export class KeyUses {
  readonly #uses = new Map<string, Held>();
  readonly #rowsMax: number;

  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax;
  }

  /** Somebody has signed in with the secret. Give it back when the connection ends. */
  begin(of: Pick<SecretUse, 'keyId' | 'secretNumber' | 'clusterId'>, by: KeyUser): SecretUse {
    const name = `${of.keyId} ${of.secretNumber}`;
    const use = this.#uses.get(name) ?? { ...of, by, connections: 0 };
    use.connections += 1;
    use.by = by;
    this.#uses.set(name, use);
    return use;
  }

  end({ keyId, secretNumber }: SecretUse): void {
    const use = this.#uses.get(`${keyId} ${secretNumber}`);
    if (use !== undefined) use.connections -= 1;
  }

  get size(): number {
    return this.#uses.size;
  }

  /** What was used since this was last asked; where that is too much for one report, the rest the next time. */
  take(atMs: number): KeyUseRow[] {
    const rows: KeyUseRow[] = [];
    // What is put behind the others comes again in an iteration that goes on: each is looked at once.
    let left = this.#uses.size;
    for (const [name, use] of this.#uses) {
      if (left === 0 || rows.length === this.#rowsMax) break;
      left -= 1;
      const { keyId, secretNumber, clusterId, by } = use;
      this.#uses.delete(name);
      if (by !== null) rows.push({ keyId, secretNumber, clusterId, atMs, ...by });
      use.by = null;
      // Behind the others, so that each has its turn.
      if (use.connections > 0) this.#uses.set(name, use);
    }
    return rows;
  }
}
