-- AlterTable
ALTER TABLE "usage_hours" DROP CONSTRAINT "usage_hours_pkey",
ADD COLUMN     "key_id" TEXT NOT NULL DEFAULT '',
ADD CONSTRAINT "usage_hours_pkey" PRIMARY KEY ("cluster_id","hour","kind","meter","topic","principal","key_id");

-- Hours are derived from the minutes again, by key.
DELETE FROM "usage_hours_through";
