-- AlterTable
ALTER TABLE "billing_credits" ADD COLUMN     "reference" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "billing_credits_organization_id_reference_key" ON "billing_credits"("organization_id", "reference");
