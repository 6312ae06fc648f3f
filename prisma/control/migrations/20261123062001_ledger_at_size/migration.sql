-- Windows are kept in parts by their day, so that a day leaves as a whole; hours by their month. What is derived is
-- added up in the transaction that takes a window in.

-- Row triggers and indexes of `parent` come with the part. Nobody who reads or writes meanwhile waits.
CREATE FUNCTION "make_usage_part"(parent TEXT, part TEXT, since TIMESTAMPTZ, until TIMESTAMPTZ)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF to_regclass(quote_ident(part)) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, parent);
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, since, until);
END $$;

-- What windows of that day (of UTC) go into, unless it is there.
CREATE FUNCTION "make_usage_day"(at TIMESTAMPTZ) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  since TIMESTAMPTZ := date_trunc('day', at, 'UTC');
  month TIMESTAMPTZ := date_trunc('month', at, 'UTC');
  -- By hours, so that the time zone of the session does not matter.
  until TIMESTAMPTZ := since + interval '24 hours';
  next_month TIMESTAMPTZ := date_trunc('month', month + interval '768 hours', 'UTC');
  day_name TEXT := to_char(at AT TIME ZONE 'UTC', 'YYYYMMDD');
BEGIN
  PERFORM make_usage_part('usage_windows', 'usage_windows_' || day_name, since, until);
  PERFORM make_usage_part('usage_ledger', 'usage_ledger_' || day_name, since, until);
  PERFORM make_usage_part('usage_minutes', 'usage_minutes_' || day_name, since, until);
  PERFORM make_usage_part('usage_hours', 'usage_hours_' || to_char(at AT TIME ZONE 'UTC', 'YYYYMM'), month, next_month);
END $$;

-- A window's start as a number by which windows in a row are numbers in a row: those on whole ten seconds, and, apart
-- from them, those that begin a millisecond later, and so on.
CREATE FUNCTION "usage_window_number"(at TIMESTAMPTZ) RETURNS BIGINT LANGUAGE sql IMMUTABLE AS $$
  SELECT (ms % 10000) * 1099511627776 + ms / 10000 FROM (SELECT round(extract(epoch FROM at) * 1000)::bigint AS ms) AS start
$$;

ALTER TABLE "usage_windows" RENAME TO "old_usage_windows";
ALTER TABLE "usage_ledger" RENAME TO "old_usage_ledger";
ALTER TABLE "usage_minutes" RENAME TO "old_usage_minutes";
ALTER TABLE "old_usage_windows" RENAME CONSTRAINT "usage_windows_pkey" TO "old_usage_windows_pkey";
ALTER TABLE "old_usage_ledger" RENAME CONSTRAINT "usage_ledger_pkey" TO "old_usage_ledger_pkey";
ALTER TABLE "old_usage_minutes" RENAME CONSTRAINT "usage_minutes_pkey" TO "old_usage_minutes_pkey";
ALTER INDEX "usage_windows_window_end_idx" RENAME TO "old_usage_windows_window_end_idx";
ALTER INDEX "usage_windows_received_at_idx" RENAME TO "old_usage_windows_received_at_idx";
ALTER INDEX "usage_ledger_cluster_id_window_start_idx" RENAME TO "old_usage_ledger_cluster_id_window_start_idx";
ALTER INDEX "usage_minutes_minute_idx" RENAME TO "old_usage_minutes_minute_idx";

CREATE TABLE "usage_windows" (
    "broker_id" INTEGER NOT NULL,
    "boot_epoch" INTEGER NOT NULL,
    "window_start" TIMESTAMPTZ(3) NOT NULL,
    "window_end" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "usage_windows_pkey" PRIMARY KEY ("broker_id","boot_epoch","window_start")
) PARTITION BY RANGE ("window_start");
CREATE INDEX "usage_windows_window_end_idx" ON "usage_windows"("window_end");
CREATE INDEX "usage_windows_received_at_idx" ON "usage_windows"("received_at");

CREATE TABLE "usage_ledger" (
    "broker_id" INTEGER NOT NULL,
    "boot_epoch" INTEGER NOT NULL,
    "window_start" TIMESTAMPTZ(3) NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "principal" TEXT NOT NULL,
    "key_id" TEXT NOT NULL DEFAULT '',
    "topic" TEXT NOT NULL,
    "meter" TEXT NOT NULL,
    "quantity" BIGINT NOT NULL,

    CONSTRAINT "usage_ledger_pkey" PRIMARY KEY ("broker_id","boot_epoch","window_start","cluster_id","principal","key_id","topic","meter")
) PARTITION BY RANGE ("window_start");
CREATE INDEX "usage_ledger_cluster_id_window_start_idx" ON "usage_ledger"("cluster_id", "window_start");
CREATE INDEX "usage_ledger_peaks_idx" ON "usage_ledger"("cluster_id", "window_start") WHERE meter LIKE '%\_peak';
CREATE TRIGGER "usage_ledger_append_only" BEFORE UPDATE OR DELETE ON "usage_ledger"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();

CREATE TABLE "usage_minutes" (
    "cluster_id" TEXT NOT NULL,
    "minute" TIMESTAMPTZ(3) NOT NULL,
    "principal" TEXT NOT NULL,
    "key_id" TEXT NOT NULL DEFAULT '',
    "topic" TEXT NOT NULL,
    "meter" TEXT NOT NULL,
    "quantity" BIGINT NOT NULL,

    CONSTRAINT "usage_minutes_pkey" PRIMARY KEY ("cluster_id","minute","principal","key_id","topic","meter")
) PARTITION BY RANGE ("minute");
CREATE INDEX "usage_minutes_peaks_idx" ON "usage_minutes"("cluster_id", "minute") WHERE meter LIKE '%\_peak';

-- These are derived again below, with all meters and up to the last window.
DROP TABLE "usage_hours", "usage_hours_through";
TRUNCATE "usage_cluster_hours";
CREATE TABLE "usage_hours" (
    "cluster_id" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "meter" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "principal" TEXT NOT NULL,
    "key_id" TEXT NOT NULL DEFAULT '',
    "quantity" BIGINT NOT NULL,

    CONSTRAINT "usage_hours_pkey" PRIMARY KEY ("cluster_id","hour","kind","meter","topic","principal","key_id")
) PARTITION BY RANGE ("hour");

CREATE TABLE "usage_days" (
    "cluster_id" TEXT NOT NULL,
    "day" TIMESTAMPTZ(3) NOT NULL,
    "meter" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "principal" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "quantity" BIGINT NOT NULL,

    CONSTRAINT "usage_days_pkey" PRIMARY KEY ("cluster_id","day","meter","topic","principal","key_id")
);
CREATE INDEX "usage_days_day_idx" ON "usage_days"("day");

CREATE TABLE "usage_sealed" (
    "grain" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "sealed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "usage_sealed_pkey" PRIMARY KEY ("grain","since")
);

CREATE TABLE "usage_sealed_windows" (
    "day" TIMESTAMPTZ(3) NOT NULL,
    "broker_id" INTEGER NOT NULL,
    "boot_epoch" INTEGER NOT NULL,
    "numbers" int8multirange NOT NULL,

    CONSTRAINT "usage_sealed_windows_pkey" PRIMARY KEY ("day","broker_id","boot_epoch")
);

CREATE TABLE "usage_late" (
    "broker_id" INTEGER NOT NULL,
    "boot_epoch" INTEGER NOT NULL,
    "window_start" TIMESTAMPTZ(3) NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "principal" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "meter" TEXT NOT NULL,
    "quantity" BIGINT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "usage_late_pkey" PRIMARY KEY ("broker_id","boot_epoch","window_start","cluster_id","principal","key_id","topic","meter")
);
CREATE INDEX "usage_late_cluster_id_window_start_idx" ON "usage_late"("cluster_id", "window_start");
CREATE TRIGGER "usage_late_append_only" BEFORE UPDATE OR DELETE ON "usage_late"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();

-- Of what is there already.
SELECT make_usage_day(day) FROM (
  SELECT DISTINCT date_trunc('day', window_start, 'UTC') AS day FROM old_usage_ledger
  UNION SELECT DISTINCT date_trunc('day', window_start, 'UTC') FROM old_usage_windows
) AS days;

INSERT INTO "usage_windows" (broker_id, boot_epoch, window_start, window_end, received_at)
SELECT broker_id, boot_epoch, window_start, window_end, received_at FROM old_usage_windows;
INSERT INTO "usage_ledger" (broker_id, boot_epoch, window_start, cluster_id, principal, key_id, topic, meter, quantity)
SELECT broker_id, boot_epoch, window_start, cluster_id, principal, key_id, topic, meter, quantity FROM old_usage_ledger;

INSERT INTO "usage_minutes" (cluster_id, minute, principal, key_id, topic, meter, quantity)
SELECT cluster_id, minute, principal, key_id, topic, meter, sum(quantity) FROM (
  SELECT cluster_id, date_trunc('minute', window_start, 'UTC') AS minute, principal, key_id, topic, meter,
         CASE WHEN meter LIKE '%\_peak' THEN max(quantity) ELSE sum(quantity) END AS quantity
    FROM usage_ledger GROUP BY 1, 2, 3, 4, 5, 6, broker_id
) AS by_broker GROUP BY 1, 2, 3, 4, 5, 6;

WITH kinds AS (
  SELECT m.cluster_id, m.minute, coalesce(term.kind, '') AS kind
    FROM (SELECT DISTINCT cluster_id, minute FROM usage_minutes) AS m
    LEFT JOIN LATERAL (
      SELECT kind FROM cluster_terms t WHERE t.cluster_id = m.cluster_id AND t.kind <> ''
       ORDER BY t.at <= m.minute DESC, CASE WHEN t.at <= m.minute THEN t.at END DESC, t.at, t.id DESC LIMIT 1
    ) AS term ON true
), hours AS (
  INSERT INTO "usage_hours" (cluster_id, hour, kind, meter, topic, principal, key_id, quantity)
  SELECT m.cluster_id, date_trunc('hour', m.minute, 'UTC'), k.kind, m.meter, m.topic, m.principal, m.key_id, sum(m.quantity)
    FROM usage_minutes m JOIN kinds k USING (cluster_id, minute)
   WHERE m.meter NOT LIKE '%\_peak' GROUP BY 1, 2, 3, 4, 5, 6, 7
)
INSERT INTO "usage_cluster_hours" (cluster_id, hour, kind, meter, quantity)
SELECT cluster_id, date_trunc('hour', minute, 'UTC'), kind, meter,
       CASE WHEN meter LIKE '%\_peak' THEN max(quantity) ELSE sum(quantity) END
  FROM (SELECT m.cluster_id, m.minute, k.kind, m.meter, sum(m.quantity) AS quantity
          FROM usage_minutes m JOIN kinds k USING (cluster_id, minute) GROUP BY 1, 2, 3, 4) AS by_minute
 GROUP BY 1, 2, 3, 4;

INSERT INTO "usage_days" (cluster_id, day, meter, topic, principal, key_id, quantity)
SELECT cluster_id, date_trunc('day', hour, 'UTC'), meter, topic, principal, key_id, sum(quantity)
  FROM usage_hours GROUP BY 1, 2, 3, 4, 5, 6;

DROP TABLE "old_usage_windows", "old_usage_ledger", "old_usage_minutes";
