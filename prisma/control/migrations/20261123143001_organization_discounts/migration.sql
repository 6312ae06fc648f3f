-- CreateTable
CREATE TABLE "organization_discounts" (
    "organization_id" UUID NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "basis_points" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organization_discounts_pkey" PRIMARY KEY ("organization_id", "since"),
    CONSTRAINT "organization_discounts_basis_points_check" CHECK ("basis_points" BETWEEN 0 AND 10000)
);

-- AddForeignKey
ALTER TABLE "organization_discounts" ADD CONSTRAINT "organization_discounts_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AlterTable
ALTER TABLE "invoices" ADD COLUMN "discount_basis_points" INTEGER NOT NULL DEFAULT 0;
