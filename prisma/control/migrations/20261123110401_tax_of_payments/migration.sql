-- AlterTable
ALTER TABLE "invoice_payments" ADD COLUMN "tax_cents" BIGINT;

-- AlterTable
ALTER TABLE "payment_accounts" ADD COLUMN "needs_address" BOOLEAN NOT NULL DEFAULT false;
