-- Usage is told apart by key: two keys of one service account are two rows.
ALTER TABLE "usage_ledger" ADD COLUMN "key_id" TEXT NOT NULL DEFAULT '';
ALTER TABLE "usage_ledger" DROP CONSTRAINT "usage_ledger_pkey";
ALTER TABLE "usage_ledger" ADD CONSTRAINT "usage_ledger_pkey"
  PRIMARY KEY ("broker_id", "boot_epoch", "window_start", "cluster_id", "principal", "key_id", "topic", "meter");

ALTER TABLE "usage_minutes" ADD COLUMN "key_id" TEXT NOT NULL DEFAULT '';
ALTER TABLE "usage_minutes" DROP CONSTRAINT "usage_minutes_pkey";
ALTER TABLE "usage_minutes" ADD CONSTRAINT "usage_minutes_pkey"
  PRIMARY KEY ("cluster_id", "minute", "principal", "key_id", "topic", "meter");
