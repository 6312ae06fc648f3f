-- CreateTable
CREATE TABLE "audit_deliveries" (
    "organization_id" UUID NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "topic_name" TEXT NOT NULL,
    "service_account_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "delivered_sequence" BIGINT NOT NULL,
    "delivered_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "taken_until" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "failing_since" TIMESTAMPTZ(3),
    "problem" TEXT,
    "told_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_deliveries_pkey" PRIMARY KEY ("organization_id")
);

-- CreateIndex
CREATE INDEX "audit_deliveries_due_at_idx" ON "audit_deliveries"("due_at");

-- AddForeignKey
ALTER TABLE "audit_deliveries" ADD CONSTRAINT "audit_deliveries_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
