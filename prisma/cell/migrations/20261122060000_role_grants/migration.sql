-- AlterTable
ALTER TABLE "clusters" ADD COLUMN     "role_grants" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "role_grants_version" BIGINT NOT NULL DEFAULT 0;

-- With a person's key came ACLs on everything, which nothing took away again. They become what they stood for: what
-- her roles allow, which goes with them. Until the control plane has told of those, as version 1 or later, they hold.
WITH "moved" AS (
    DELETE FROM "acls"
    WHERE "principal" LIKE 'User:u-%' AND "operation" = 'ALL' AND "permission" = 'ALLOW' AND "host" = '*'
      AND "pattern_type" = 'LITERAL'
      AND (("resource_type" IN ('TOPIC', 'GROUP', 'TRANSACTIONAL_ID') AND "resource_name" = '*')
        OR ("resource_type" = 'CLUSTER' AND "resource_name" = 'kafka-cluster'))
    RETURNING "cluster_id", "principal", "resource_type", "resource_name"
), "grants" AS (
    SELECT "cluster_id", jsonb_agg(jsonb_build_object(
        'principal', "principal", 'resourceType', "resource_type", 'patternType', 'LITERAL',
        'resourceName', "resource_name", 'operations', jsonb_build_array('ALL'))) AS "all"
    FROM "moved" GROUP BY "cluster_id"
)
UPDATE "clusters" c SET "role_grants" = g."all" FROM "grants" g WHERE c."cluster_id" = g."cluster_id";
