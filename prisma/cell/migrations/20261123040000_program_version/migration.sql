-- AlterTable
ALTER TABLE "brokers" ADD COLUMN     "program_version" TEXT;
