-- AlterTable
ALTER TABLE "clusters" ADD COLUMN     "entity_quotas" JSONB;
