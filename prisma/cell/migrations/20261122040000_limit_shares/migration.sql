-- CreateTable
CREATE TABLE "limit_shares" (
    "cluster_id" TEXT NOT NULL,
    "broker_id" INTEGER NOT NULL,
    "boot_epoch" INTEGER NOT NULL,
    "held" JSONB NOT NULL,

    CONSTRAINT "limit_shares_pkey" PRIMARY KEY ("cluster_id","broker_id")
);
