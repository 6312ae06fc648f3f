-- AlterTable
ALTER TABLE "organizations" ADD COLUMN     "deleted_at" TIMESTAMPTZ(3);

-- What has a person's address is looked for when she deletes her account.
-- CreateIndex
CREATE INDEX "invitations_email_idx" ON "invitations"("email");

-- CreateIndex
CREATE INDEX "mails_user_id_idx" ON "mails"("user_id");

-- No part of the schema: Prisma knows no index on an expression.
CREATE INDEX "mails_inviter_idx" ON "mails"(("params" ->> 'inviter')) WHERE "kind" = 'invitation';
