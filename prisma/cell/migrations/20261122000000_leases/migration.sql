-- AlterTable
-- Brokers of before have no name for their directory yet: the next life of each tells it.
ALTER TABLE "brokers" ADD COLUMN     "directory_id" TEXT NOT NULL DEFAULT '';
ALTER TABLE "brokers" ALTER COLUMN "directory_id" DROP DEFAULT;

-- CreateTable
CREATE TABLE "broker_leases" (
    "broker_id" INTEGER NOT NULL,
    "boot_epoch" INTEGER NOT NULL,
    "directory_place" TEXT,
    "lease_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "broker_leases_pkey" PRIMARY KEY ("broker_id")
);
