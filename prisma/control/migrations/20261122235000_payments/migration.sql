-- CreateTable
CREATE TABLE "payment_accounts" (
    "organization_id" UUID NOT NULL,
    "customer_id" TEXT,
    "asked_at" TIMESTAMPTZ(3),
    "method_brand" TEXT,
    "method_last4" TEXT,
    "methods_seen" TEXT[],
    "standing" TEXT NOT NULL DEFAULT 'CURRENT',
    "past_due_since" TIMESTAMPTZ(3),

    CONSTRAINT "payment_accounts_pkey" PRIMARY KEY ("organization_id")
);

-- CreateTable
CREATE TABLE "invoice_payments" (
    "invoice_id" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "provider_invoice_id" TEXT,
    "cents" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'NEW',
    "charges" INTEGER NOT NULL DEFAULT 0,
    "first_charged_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "last_error" TEXT,

    CONSTRAINT "invoice_payments_pkey" PRIMARY KEY ("invoice_id")
);

-- CreateTable
CREATE TABLE "payment_events" (
    "id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "customer_id" TEXT,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "payment_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "payment_accounts_customer_id_key" ON "payment_accounts"("customer_id");

-- CreateIndex
CREATE INDEX "payment_accounts_standing_idx" ON "payment_accounts"("standing");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_payments_provider_invoice_id_key" ON "invoice_payments"("provider_invoice_id");

-- CreateIndex
CREATE INDEX "invoice_payments_status_due_at_idx" ON "invoice_payments"("status", "due_at");

-- CreateIndex
CREATE INDEX "invoice_payments_organization_id_idx" ON "invoice_payments"("organization_id");

-- CreateIndex
CREATE INDEX "payment_events_settled_at_received_at_idx" ON "payment_events"("settled_at", "received_at");
