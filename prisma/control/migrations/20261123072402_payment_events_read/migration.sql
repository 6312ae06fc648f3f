-- CreateTable
CREATE TABLE "payment_event_reads" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "payment_event_reads_pkey" PRIMARY KEY ("id")
);
