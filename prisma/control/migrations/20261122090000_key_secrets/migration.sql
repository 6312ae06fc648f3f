-- CreateTable
CREATE TABLE "api_key_secrets" (
    "key_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "cloud_verifier" TEXT,
    "scram" JSONB,
    "fingerprint" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "last_used_address" TEXT,
    "last_used_client_id" TEXT,
    "last_used_software" TEXT,
    "last_used_version" TEXT,

    CONSTRAINT "api_key_secrets_pkey" PRIMARY KEY ("key_id","number")
);

-- The one secret that each key has by now.
INSERT INTO "api_key_secrets" ("key_id", "number", "cloud_verifier", "scram", "created_at")
SELECT "id", 1, "cloud_verifier", "scram", "created_at" FROM "api_keys" WHERE "revoked_at" IS NULL;

-- AlterTable
ALTER TABLE "api_keys" DROP COLUMN "cloud_verifier",
DROP COLUMN "scram",
ADD COLUMN     "notice_at" TIMESTAMPTZ(3),
ADD COLUMN     "secrets_made" INTEGER NOT NULL DEFAULT 1;

-- CreateIndex
CREATE UNIQUE INDEX "api_key_secrets_fingerprint_key" ON "api_key_secrets"("fingerprint");

-- Of keys from before there were notices as well: a week before they expire.
UPDATE "api_keys" SET "notice_at" = "expires_at" - interval '7 days'
WHERE "expires_at" > now() AND "revoked_at" IS NULL AND "expires_at" - "created_at" >= interval '14 days';

-- What the worker asks for: the few that somebody is to be told of, and none of the rest.
CREATE INDEX "api_keys_notice_at_idx" ON "api_keys"("notice_at") WHERE "notice_at" IS NOT NULL;

-- AddForeignKey
ALTER TABLE "api_key_secrets" ADD CONSTRAINT "api_key_secrets_key_id_fkey" FOREIGN KEY ("key_id") REFERENCES "api_keys"("id") ON DELETE CASCADE ON UPDATE CASCADE;
