-- AlterTable
ALTER TABLE "clusters" ADD COLUMN     "restraints" JSONB;

-- CreateTable
CREATE TABLE "spent_by_brokers" (
    "limit_id" TEXT NOT NULL,
    "broker_id" INTEGER NOT NULL,
    "boot_epoch" INTEGER NOT NULL,
    "windows" JSONB NOT NULL,
    "told_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "spent_by_brokers_pkey" PRIMARY KEY ("limit_id","broker_id","boot_epoch")
);
