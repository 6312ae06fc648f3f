-- AlterTable
ALTER TABLE "clusters" ADD COLUMN     "is_suspended" BOOLEAN NOT NULL DEFAULT false;
