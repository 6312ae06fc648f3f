-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "method" TEXT,
ADD COLUMN     "sso_organization_id" UUID;

-- CreateIndex
CREATE INDEX "sessions_sso_organization_id_idx" ON "sessions"("sso_organization_id");

-- CreateTable
CREATE TABLE "sso_connections" (
    "organization_id" UUID NOT NULL,
    "issuer" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "client_secret" TEXT NOT NULL,
    "groups_claim" TEXT NOT NULL,
    "enforced_at" TIMESTAMPTZ(3),
    "proven_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sso_connections_pkey" PRIMARY KEY ("organization_id")
);

-- CreateTable
CREATE TABLE "sso_domains" (
    "id" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "domain" TEXT NOT NULL,
    "challenge" TEXT NOT NULL,
    "verified_at" TIMESTAMPTZ(3),
    "checked_at" TIMESTAMPTZ(3),
    "missing_since" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sso_domains_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sso_identities" (
    "organization_id" UUID NOT NULL,
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "groups" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_sign_in_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sso_identities_pkey" PRIMARY KEY ("organization_id","issuer","subject")
);

-- CreateTable
CREATE TABLE "group_mappings" (
    "id" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "display_name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "groups" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "group_mappings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "group_mapping_members" (
    "mapping_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,

    CONSTRAINT "group_mapping_members_pkey" PRIMARY KEY ("mapping_id","user_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "sso_domains_organization_id_domain_key" ON "sso_domains"("organization_id", "domain");

-- CreateIndex
CREATE INDEX "sso_identities_user_id_organization_id_idx" ON "sso_identities"("user_id", "organization_id");

-- CreateIndex
CREATE INDEX "group_mappings_organization_id_created_at_idx" ON "group_mappings"("organization_id", "created_at");

-- CreateIndex
CREATE INDEX "group_mapping_members_user_id_organization_id_idx" ON "group_mapping_members"("user_id", "organization_id");

-- AddForeignKey
ALTER TABLE "sso_connections" ADD CONSTRAINT "sso_connections_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sso_domains" ADD CONSTRAINT "sso_domains_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sso_identities" ADD CONSTRAINT "sso_identities_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sso_identities" ADD CONSTRAINT "sso_identities_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_mappings" ADD CONSTRAINT "group_mappings_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_mapping_members" ADD CONSTRAINT "group_mapping_members_mapping_id_fkey" FOREIGN KEY ("mapping_id") REFERENCES "group_mappings"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_mapping_members" ADD CONSTRAINT "group_mapping_members_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- No part of the schema: a domain is proved by one organization at a time, and looked up by who signs in with it.
CREATE UNIQUE INDEX "sso_domains_proved_key" ON "sso_domains"("domain") WHERE "verified_at" IS NOT NULL;
