-- AlterTable
ALTER TABLE "sso_domains" ADD COLUMN "due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- CreateIndex
CREATE INDEX "sso_domains_due_at_idx" ON "sso_domains"("due_at");
