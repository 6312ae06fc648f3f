-- CreateTable
CREATE TABLE "usage_cluster_hours" (
    "cluster_id" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "meter" TEXT NOT NULL,
    "quantity" BIGINT NOT NULL,

    CONSTRAINT "usage_cluster_hours_pkey" PRIMARY KEY ("cluster_id","hour","kind","meter")
);

-- CreateIndex
CREATE INDEX "usage_cluster_hours_hour_idx" ON "usage_cluster_hours"("hour");

-- Of the hours that are there.
INSERT INTO "usage_cluster_hours" ("cluster_id", "hour", "kind", "meter", "quantity")
SELECT "cluster_id", "hour", "kind", "meter", sum("quantity") FROM "usage_hours" GROUP BY 1, 2, 3, 4;
