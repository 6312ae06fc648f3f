-- AlterTable
ALTER TABLE "organizations" ADD COLUMN     "restraints_version" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "spend_limits" (
    "id" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "display_name" TEXT NOT NULL,
    "scope_kind" TEXT NOT NULL,
    "scope_id" TEXT NOT NULL,
    "period" TEXT NOT NULL,
    "micros" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "thresholds" INTEGER[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "spent_micros" BIGINT NOT NULL DEFAULT 0,
    "spent_from" TIMESTAMPTZ(3),
    "spent_at" TIMESTAMPTZ(3),
    "told_percent" INTEGER NOT NULL DEFAULT 0,
    "told_from" TIMESTAMPTZ(3),

    CONSTRAINT "spend_limits_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "spend_limits_organization_id_created_at_idx" ON "spend_limits"("organization_id", "created_at");

-- AddForeignKey
ALTER TABLE "spend_limits" ADD CONSTRAINT "spend_limits_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "spend_limits" ADD CONSTRAINT "spend_limits_not_negative" CHECK ("micros" >= 0);
