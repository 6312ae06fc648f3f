-- AlterTable
-- Nobody was about to leave a cell that could not let go of anybody.
ALTER TABLE "brokers" ADD COLUMN     "is_cordoned" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "brokers" ALTER COLUMN "is_cordoned" DROP DEFAULT;

-- AlterTable
ALTER TABLE "partitions" ADD COLUMN     "original_replicas" INTEGER[] DEFAULT '{}',
ADD COLUMN     "target_replicas" INTEGER[] DEFAULT '{}';
ALTER TABLE "partitions" ALTER COLUMN "original_replicas" DROP DEFAULT,
ALTER COLUMN "target_replicas" DROP DEFAULT;
