import pg from 'pg';

/** A statement as a client of this process sent it. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** The settings with which the client connected, its search path among them. */
  readonly options: string;
}

/** What all clients of this process send to Postgres from now on. */
export class WatchedStatements {
  #sent: Statement[] = [];
  readonly #query = pg.Client.prototype.query;

  constructor() {
    const keep = (statement: Statement) => this.#sent.push(statement);
    const query = this.#query;
    // One of many signatures; all begin with the text, or an object that has it.
    pg.Client.prototype.query = function watched(this: pg.Client, ...given: unknown[]) {
      keep({ ...textOf(given), options: optionsOf(this) });
      return Reflect.apply(query, this, given);
    } as typeof query;
  }

  /** Those that were sent since this was asked before. */
  taken(): readonly Statement[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }

  stop(): void {
    pg.Client.prototype.query = this.#query;
  }
}

function textOf([first, second]: readonly unknown[]): Omit<Statement, 'options'> {
  const values = Array.isArray(second) ? second : [];
  if (typeof first === 'string') return { text: first, values };
  if (typeof first !== 'object' || first === null) return { text: '', values };
  const text = 'text' in first && typeof first.text === 'string' ? first.text : '';
  return { text, values: 'values' in first && Array.isArray(first.values) ? first.values : values };
}

/** The driver has them, and does not say so in its types. */
function optionsOf(client: pg.Client): string {
  const parameters: unknown = Reflect.get(client, 'connectionParameters');
  if (typeof parameters !== 'object' || parameters === null || !('options' in parameters)) return '';
  return typeof parameters.options === 'string' ? parameters.options : '';
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Schema?: string;
  readonly 'Plan Rows': number;
  readonly Plans?: readonly PlanNode[];
}

/** What a statement would read of a table. */
export interface TableRead {
  /** With its schema. */
  readonly table: string;
  /** The step of the plan, in the words of Postgres. */
  readonly how: string;
  readonly rows: number;
  readonly text: string;
}

/** Asks Postgres how it would go about statements, each of them once. */
export class StatementPlans {
  readonly #url: string;
  readonly #clients = new Map<string, pg.Client>();
  readonly #known = new Set<string>();

  constructor(url: string) {
    this.#url = url;
  }

  /** Where a statement would read one of the tables from one end to the other, or more than `rowsMax` rows of it. */
  async wideReads(
    statements: readonly Statement[],
    tables: ReadonlySet<string>,
    rowsMax: number,
  ): Promise<readonly TableRead[]> {
    const found: TableRead[] = [];
    for (const { text, values, options } of statements) {
      const known = `${options} ${text}`;
      if (this.#known.has(known) || !/^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/i.test(text)) continue;
      this.#known.add(known);
      const client = await this.#client(options);
      const { rows } = await client.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
        `EXPLAIN (FORMAT JSON, VERBOSE) ${text}`,
        [...values],
      );
      const tell = (read: Omit<TableRead, 'text'>) => found.push({ ...read, text });
      for (const { Plan } of rows[0]?.['QUERY PLAN'] ?? []) look(Plan, false, tell);
    }
    return found.filter(
      ({ table, how, rows }) => tables.has(table) && (how === 'Seq Scan' || rows > rowsMax),
    );
  }

  async end(): Promise<void> {
    for (const client of this.#clients.values()) await client.end();
  }

  async #client(options: string): Promise<pg.Client> {
    const known = this.#clients.get(options);
    if (known !== undefined) return known;
    const client = new pg.Client({ connectionString: this.#url, options });
    this.#clients.set(options, client);
    await client.connect();
    return client;
  }
}

function look(node: PlanNode, isLimited: boolean, tell: (read: Omit<TableRead, 'text'>) => void): void {
  const { 'Node Type': how, 'Relation Name': table, 'Plan Rows': planned, Schema: schema } = node;
  // What a limit cuts off is not read, unless everything is, to find what is asked for.
  if (table !== undefined) tell({ table: `${schema}.${table}`, how, rows: isLimited ? 0 : planned });
  for (const next of node.Plans ?? []) look(next, isLimited || how === 'Limit', tell);
}
