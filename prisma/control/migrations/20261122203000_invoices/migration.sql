-- CreateTable
CREATE TABLE "billing_accounts" (
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "address_lines" TEXT[],
    "country" TEXT NOT NULL,
    "tax_id" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "billing_accounts_pkey" PRIMARY KEY ("organization_id")
);

-- CreateTable
CREATE TABLE "billing_credits" (
    "id" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "micros" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "invoice_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "billing_credits_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invoices" (
    "id" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "period_start" TIMESTAMPTZ(3) NOT NULL,
    "period_end" TIMESTAMPTZ(3) NOT NULL,
    "price_book" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "bill_to" JSONB,
    "subtotal_micros" BIGINT NOT NULL,
    "credit_micros" BIGINT NOT NULL,
    "carried_before" BIGINT NOT NULL,
    "carried_after" BIGINT NOT NULL,
    "due_micros" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "invoices_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invoice_lines" (
    "invoice_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "service_start" TIMESTAMPTZ(3) NOT NULL,
    "description" TEXT NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "cluster_kind" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "meter" TEXT NOT NULL,
    "quantity" DECIMAL(40,0) NOT NULL,
    "micros" BIGINT NOT NULL,
    "credit_id" TEXT,

    CONSTRAINT "invoice_lines_pkey" PRIMARY KEY ("invoice_id","position")
);

-- CreateIndex
CREATE INDEX "billing_credits_organization_id_created_at_idx" ON "billing_credits"("organization_id", "created_at");

-- CreateIndex
CREATE INDEX "billing_credits_invoice_id_idx" ON "billing_credits"("invoice_id");

-- CreateIndex
CREATE UNIQUE INDEX "invoices_number_key" ON "invoices"("number");

-- CreateIndex
CREATE INDEX "invoices_organization_id_created_at_idx" ON "invoices"("organization_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "invoices_organization_id_period_start_key" ON "invoices"("organization_id", "period_start");

-- CreateIndex
CREATE INDEX "invoice_lines_credit_id_idx" ON "invoice_lines"("credit_id");

-- AddForeignKey
ALTER TABLE "invoice_lines" ADD CONSTRAINT "invoice_lines_invoice_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "invoices"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- An invoice says what it said.
CREATE TRIGGER "invoices_append_only" BEFORE UPDATE OR DELETE ON "invoices"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "invoice_lines_append_only" BEFORE UPDATE OR DELETE ON "invoice_lines"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "billing_credits_append_only" BEFORE UPDATE OR DELETE ON "billing_credits"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();

-- It adds up, whoever writes it.
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_add_up"
  CHECK ("due_micros" = "subtotal_micros" - "credit_micros" + "carried_before" - "carried_after"
    AND "due_micros" >= 0 AND "due_micros" % 10000 = 0);
ALTER TABLE "billing_credits" ADD CONSTRAINT "billing_credits_positive" CHECK ("micros" > 0);
