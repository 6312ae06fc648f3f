-- AlterTable
ALTER TABLE "organizations" ADD COLUMN     "suspended_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "support_looks" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "operator" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "support_looks_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "support_looks_organization_id_operator_idx" ON "support_looks"("organization_id", "operator");
