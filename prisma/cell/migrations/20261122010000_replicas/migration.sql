-- AlterTable
ALTER TABLE "cell" ADD COLUMN     "secret" BYTEA;

-- AlterTable
-- Brokers of before replicate nothing, have a lease or will not be counted on for long, and are in the ISRs of what
-- they lead.
ALTER TABLE "brokers" ADD COLUMN     "is_fenced" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "isr_count" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "machine" TEXT,
ADD COLUMN     "peer_host" TEXT,
ADD COLUMN     "peer_port" INTEGER,
ADD COLUMN     "rack" TEXT;
ALTER TABLE "brokers" ALTER COLUMN "is_fenced" DROP DEFAULT,
ALTER COLUMN "isr_count" DROP DEFAULT;
UPDATE "brokers" b SET "isr_count" = (SELECT count(*) FROM "partitions" p WHERE b."broker_id" = ANY (p."isr"));

-- AlterTable
-- Nobody can have heard of anything else from before: the version of its topic tells of such a partition.
ALTER TABLE "partitions" ADD COLUMN     "eligible_replicas" INTEGER[] DEFAULT '{}',
ADD COLUMN     "version" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "partitions" ALTER COLUMN "eligible_replicas" DROP DEFAULT,
ALTER COLUMN "version" DROP DEFAULT;

-- AlterTable
ALTER TABLE "broker_leases" ADD COLUMN     "renewed_since" TIMESTAMPTZ(3) NOT NULL DEFAULT now();
ALTER TABLE "broker_leases" ALTER COLUMN "renewed_since" DROP DEFAULT;

-- CreateIndex
CREATE INDEX "partitions_version_idx" ON "partitions"("version");
