-- AlterTable
ALTER TABLE "credentials" ADD COLUMN     "is_of_own_pages" BOOLEAN NOT NULL DEFAULT false;
