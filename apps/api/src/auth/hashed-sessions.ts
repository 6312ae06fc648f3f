import { createHash } from 'node:crypto';
import type { prismaAdapter } from 'better-auth/adapters/prisma';

type CreateAdapter = ReturnType<typeof prismaAdapter>;
type Adapter = ReturnType<CreateAdapter>;
type Operations = Pick<
  Adapter,
  | 'create'
  | 'findOne'
  | 'findMany'
  | 'count'
  | 'update'
  | 'updateMany'
  | 'delete'
  | 'deleteMany'
  | 'consumeOne'
>;
type Where = Parameters<Adapter['findOne']>[0]['where'];

const sessionModel = 'session';
const tokenField = 'token';

/** A token has 190 random bits, so a plain hash cannot be turned back. */
export const hashToken = (token: string): string =>
  createHash('sha256').update(`weir session ${token}`).digest('base64url');

/**
 * The auth library's store, in which session tokens stand only as hashes: who reads the store, or a copy of it,
 * cannot be anybody by it. The library sees the tokens that it asked by; what it did not know, a list of somebody's
 * sessions for instance, has hashes in it that open nothing.
 */
export const hashSessionTokens =
  (create: CreateAdapter): CreateAdapter =>
  (options) => {
    const adapter = create(options);
    return {
      ...adapter,
      ...hashing(adapter),
      transaction: (run) => adapter.transaction((tx) => run({ ...tx, ...hashing(tx) })),
    };
  };

const hashing = (store: Operations): Operations => ({
  create: async (asked) => {
    if (asked.model !== sessionModel) return store.create(asked);
    const known = new Map<string, string>();
    return shown(await store.create({ ...asked, data: hashedIn(asked.data, known) }), known);
  },
  findOne: async (asked) => {
    const known = new Map<string, string>();
    return shown(await store.findOne({ ...asked, where: hashedWhere(asked, known) }), known);
  },
  findMany: async (asked) => {
    const known = new Map<string, string>();
    const { where } = asked;
    const given = where === undefined ? asked : { ...asked, where: hashedWhere({ ...asked, where }, known) };
    const rows = await store.findMany<never>(given);
    return rows.map((row) => shown(row, known));
  },
  count: (asked) => {
    const { where } = asked;
    return store.count(where === undefined ? asked : { ...asked, where: hashedWhere({ ...asked, where }) });
  },
  update: async (asked) => {
    const known = new Map<string, string>();
    const where = hashedWhere(asked, known);
    const update = asked.model === sessionModel ? hashedIn(asked.update, known) : asked.update;
    return shown(await store.update({ ...asked, where, update }), known);
  },
  updateMany: (asked) => {
    const update = asked.model === sessionModel ? hashedIn(asked.update) : asked.update;
    return store.updateMany({ ...asked, where: hashedWhere(asked), update });
  },
  delete: (asked) => store.delete({ ...asked, where: hashedWhere(asked) }),
  deleteMany: (asked) => store.deleteMany({ ...asked, where: hashedWhere(asked) }),
  consumeOne: async (asked) => {
    const known = new Map<string, string>();
    return shown(await store.consumeOne({ ...asked, where: hashedWhere(asked, known) }), known);
  },
});

/** `known` gets which token a hash is of. */
const hash = (token: string, known: Map<string, string>): string => {
  const hashed = hashToken(token);
  known.set(hashed, token);
  return hashed;
};

const hashedIn = <Data extends object>(data: Data, known = new Map<string, string>()): Data => {
  const token: unknown = Reflect.get(data, tokenField);
  return typeof token === 'string' ? { ...data, [tokenField]: hash(token, known) } : data;
};

const hashedWhere = (
  { model, where }: { readonly model: string; readonly where: Where },
  known = new Map<string, string>(),
): Where => {
  if (model !== sessionModel) return where;
  return where.map((one) => {
    if (one.field !== tokenField) return one;
    const { value } = one;
    if (typeof value === 'string') return { ...one, value: hash(value, known) };
    if (!Array.isArray(value)) return one;
    return { ...one, value: value.map((token) => hash(String(token), known)) };
  });
};

/** Rows that the library asked for by their tokens have those again. */
const shown = <Row>(row: Row, known: ReadonlyMap<string, string>): Row => {
  if (typeof row !== 'object' || row === null || known.size === 0) return row;
  const stored: unknown = Reflect.get(row, tokenField);
  const token = typeof stored === 'string' ? known.get(stored) : undefined;
  return token === undefined ? row : { ...row, [tokenField]: token };
};
