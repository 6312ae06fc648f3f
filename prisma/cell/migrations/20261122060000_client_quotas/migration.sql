-- AlterTable
ALTER TABLE "clusters" ADD COLUMN     "client_quotas" JSONB;
