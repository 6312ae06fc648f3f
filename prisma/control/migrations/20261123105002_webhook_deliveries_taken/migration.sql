-- CreateIndex
CREATE INDEX "webhook_deliveries_taken_until_idx" ON "webhook_deliveries"("taken_until");
