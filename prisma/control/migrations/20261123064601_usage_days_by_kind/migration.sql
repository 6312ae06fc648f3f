-- Days are told apart by the kind that the cluster was, as hours are: so what a day costs can be shared out by them.
DROP TABLE "usage_days";
CREATE TABLE "usage_days" (
    "cluster_id" TEXT NOT NULL,
    "day" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "meter" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "principal" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "quantity" BIGINT NOT NULL,

    CONSTRAINT "usage_days_pkey" PRIMARY KEY ("cluster_id","day","kind","meter","topic","principal","key_id")
);
CREATE INDEX "usage_days_day_idx" ON "usage_days"("day");

-- No hours have been dropped yet: they are kept for thirteen months.
INSERT INTO "usage_days" (cluster_id, day, kind, meter, topic, principal, key_id, quantity)
SELECT cluster_id, date_trunc('day', hour, 'UTC'), kind, meter, topic, principal, key_id, sum(quantity)
  FROM usage_hours GROUP BY 1, 2, 3, 4, 5, 6, 7;
