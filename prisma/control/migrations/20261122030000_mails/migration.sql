-- What stands here was never sent to anybody, and its text holds links in the clear.
DELETE FROM "mails";

-- AlterTable
ALTER TABLE "mails" DROP COLUMN "subject",
DROP COLUMN "text",
ADD COLUMN     "attempts" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "due_at" TIMESTAMPTZ(3) NOT NULL,
ADD COLUMN     "expires_at" TIMESTAMPTZ(3) NOT NULL,
ADD COLUMN     "given_up_at" TIMESTAMPTZ(3),
ADD COLUMN     "kind" TEXT NOT NULL,
ADD COLUMN     "last_error" TEXT,
ADD COLUMN     "params" JSONB NOT NULL,
ADD COLUMN     "sent_at" TIMESTAMPTZ(3),
ADD COLUMN     "used_at" TIMESTAMPTZ(3),
ADD COLUMN     "user_id" TEXT;

-- CreateIndex
CREATE INDEX "mails_created_at_idx" ON "mails"("created_at");

-- What the worker asks for every second: the few that are open, and none of the rest.
CREATE INDEX "mails_due_at_open_idx" ON "mails"("due_at") WHERE "sent_at" IS NULL AND "given_up_at" IS NULL;
