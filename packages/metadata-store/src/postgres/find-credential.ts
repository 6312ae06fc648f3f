import type { CredentialRecord } from '../model.ts';
import { isStorable } from '../storable.ts';
import type { CellDatabase } from './database.ts';
import { type CredentialRow, credentialColumns, credentialFrom } from './rows.ts';

export async function findCredential(
  database: CellDatabase,
  keyId: string,
): Promise<CredentialRecord | null> {
  if (!isStorable(keyId)) return null;
  const text = `SELECT ${credentialColumns} FROM credentials WHERE key_id = $1`;
  const [row] = await database.read<CredentialRow>('findCredential', text, [keyId]);
  return row === undefined ? null : credentialFrom(row);
}
