import type { ReceivedUsageReport } from '@weir/contracts/jobs/usage-report';
import type { ControlDb } from '@weir/db/control';

/**
 * Who used which secret last, unless something later is known of it: reports come in any order, and again. Rows are
 * locked in one order, as several reports may be about the same secrets. Returns how many rows changed.
 */
export const recordKeyUses = async (db: ControlDb, uses: ReceivedUsageReport['keyUses']): Promise<number> => {
  if (uses.length === 0) return 0;
  return db.$executeRaw`
    WITH used AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(uses)}::jsonb)
        AS row ("keyId" text, "secretNumber" int, "clusterId" text, "atMs" bigint, address text, "clientId" text,
                "softwareName" text, "softwareVersion" text)
    ), older AS (
      SELECT s.key_id, s.number FROM api_key_secrets s
        JOIN used ON used."keyId" = s.key_id AND used."secretNumber" = s.number
        JOIN api_keys k ON k.id = s.key_id AND k.cluster_id = used."clusterId"
       WHERE s.last_used_at IS NULL OR s.last_used_at < to_timestamp(used."atMs" / 1000.0)
       ORDER BY s.key_id, s.number
         FOR NO KEY UPDATE OF s
    )
    UPDATE api_key_secrets s
       SET last_used_at = to_timestamp(used."atMs" / 1000.0), last_used_address = used.address,
           last_used_client_id = used."clientId", last_used_software = used."softwareName",
           last_used_version = used."softwareVersion"
      FROM older JOIN used ON used."keyId" = older.key_id AND used."secretNumber" = older.number
     WHERE s.key_id = older.key_id AND s.number = older.number`;
};
