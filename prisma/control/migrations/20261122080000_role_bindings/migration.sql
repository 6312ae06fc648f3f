-- AlterTable
ALTER TABLE "organizations" ADD COLUMN     "access_version" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "invitations" ALTER COLUMN "role" DROP NOT NULL;

-- CreateTable
CREATE TABLE "role_bindings" (
    "id" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "principal_kind" TEXT NOT NULL,
    "principal_id" TEXT NOT NULL,
    "role_name" TEXT NOT NULL,
    "crn_pattern" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "environment_id" TEXT,
    "cluster_id" TEXT,
    "service_account_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "role_bindings_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "role_bindings_organization_id_created_at_idx" ON "role_bindings"("organization_id", "created_at");

-- CreateIndex
CREATE INDEX "role_bindings_cluster_id_idx" ON "role_bindings"("cluster_id");

-- CreateIndex
CREATE UNIQUE INDEX "role_bindings_organization_id_principal_id_role_name_scope_key" ON "role_bindings"("organization_id", "principal_id", "role_name", "scope");

-- AddForeignKey
ALTER TABLE "role_bindings" ADD CONSTRAINT "role_bindings_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Who was a member keeps what that was: all of it, which was the only role.
INSERT INTO "role_bindings" ("id", "organization_id", "principal_kind", "principal_id", "role_name", "crn_pattern", "scope", "created_at")
SELECT 'rb-' || substr(md5("organization_id"::text || "user_id"), 1, 10), "organization_id", 'User', "user_id", "role",
       'crn://weir/organization=' || "organization_id", 'crn://weir/organization=' || "organization_id", "created_at"
FROM "members" WHERE "role" = 'OrganizationAdmin';

-- AlterTable
ALTER TABLE "members" DROP COLUMN "role";

-- The cells are told of it.
INSERT INTO "outbox" ("subject_kind", "subject_id", "due_at")
SELECT 'access', "id", CURRENT_TIMESTAMP FROM "clusters" WHERE "deleted_at" IS NULL;
