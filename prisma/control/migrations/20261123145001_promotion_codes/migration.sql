-- CreateTable
CREATE TABLE "promotion_codes" (
    "code" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "micros" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "credit_days" INTEGER,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "redemptions_max" INTEGER NOT NULL,
    "redemptions" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "promotion_codes_pkey" PRIMARY KEY ("code"),
    CONSTRAINT "promotion_codes_redemptions_check" CHECK ("redemptions" BETWEEN 0 AND "redemptions_max"),
    CONSTRAINT "promotion_codes_micros_check" CHECK ("micros" > 0)
);
