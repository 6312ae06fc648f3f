-- AlterTable
-- What an unclean election of before lost is not known: nothing is given up for it.
ALTER TABLE "partitions" ADD COLUMN     "unclean_epoch" INTEGER NOT NULL DEFAULT -1;
ALTER TABLE "partitions" ALTER COLUMN "unclean_epoch" DROP DEFAULT;

-- AlterTable
ALTER TABLE "broker_leases" ADD COLUMN     "directory_mark" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "broker_leases" ALTER COLUMN "directory_mark" DROP DEFAULT;
