-- CreateTable
CREATE TABLE "usage_rebuilds" (
    "day" TIMESTAMPTZ(3) NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "usage_rebuilds_pkey" PRIMARY KEY ("day")
);
