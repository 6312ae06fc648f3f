-- AlterTable
ALTER TABLE "organizations" ADD COLUMN     "limits" JSONB;

-- CreateTable
CREATE TABLE "reached_limits" (
    "broker_id" INTEGER NOT NULL,
    "boot_epoch" INTEGER NOT NULL,
    "window_start" TIMESTAMPTZ(3) NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "limit_name" TEXT NOT NULL,
    "count" BIGINT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "reached_limits_pkey" PRIMARY KEY ("broker_id","boot_epoch","window_start","cluster_id","limit_name")
);

-- CreateIndex
CREATE INDEX "reached_limits_cluster_id_window_start_idx" ON "reached_limits"("cluster_id", "window_start");

-- CreateIndex
CREATE INDEX "reached_limits_window_start_idx" ON "reached_limits"("window_start");

-- Tokens are stored as hashes from here on. One that stands here as it is opens nothing any more, and a copy of
-- this store must not hold it.
DELETE FROM "sessions";
