-- AlterTable
ALTER TABLE "clusters" ADD COLUMN     "restorable_until" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "clusters_restorable_until_idx" ON "clusters"("restorable_until");
