-- AlterTable
ALTER TABLE "credentials" ADD COLUMN     "second_secret" JSONB,
ADD COLUMN     "secret_number" INTEGER NOT NULL DEFAULT 1;
