-- CreateTable
CREATE TABLE "payment_turns" (
    "organization_id" UUID NOT NULL,
    "holder" UUID NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "payment_turns_pkey" PRIMARY KEY ("organization_id")
);
