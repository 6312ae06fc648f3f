-- AlterTable
ALTER TABLE "invoices" ADD COLUMN     "issued_by" TEXT[] DEFAULT ARRAY[]::TEXT[];
