-- CreateTable
CREATE TABLE "cluster_terms" (
    "id" BIGSERIAL NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "units" INTEGER NOT NULL,

    CONSTRAINT "cluster_terms_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "usage_hours" (
    "cluster_id" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "meter" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "principal" TEXT NOT NULL,
    "quantity" BIGINT NOT NULL,

    CONSTRAINT "usage_hours_pkey" PRIMARY KEY ("cluster_id","hour","kind","meter","topic","principal")
);

-- CreateTable
CREATE TABLE "usage_hours_through" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "through" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "usage_hours_through_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "cluster_terms_cluster_id_at_idx" ON "cluster_terms"("cluster_id", "at");

-- CreateIndex
CREATE INDEX "usage_hours_hour_idx" ON "usage_hours"("hour");

-- CreateIndex
CREATE INDEX "usage_windows_received_at_idx" ON "usage_windows"("received_at");

-- CreateIndex
CREATE INDEX "usage_minutes_minute_idx" ON "usage_minutes"("minute");

-- Clusters that are there already, as far as their rows tell.
INSERT INTO "cluster_terms" ("cluster_id", "at", "kind", "units")
SELECT "id", "created_at", "kind", CASE WHEN "kind" = 'Dedicated' THEN LEAST("cku", "status_cku") ELSE 0 END
  FROM "clusters" WHERE "kind" <> 'Dedicated' OR "status_cku" IS NOT NULL;
INSERT INTO "cluster_terms" ("cluster_id", "at", "kind", "units")
SELECT "id", COALESCE("deleted_at", "updated_at"), '', 0
  FROM "clusters"
 WHERE ("deleted_at" IS NOT NULL OR "phase" IN ('DELETING', 'FAILED'))
   AND ("kind" <> 'Dedicated' OR "status_cku" IS NOT NULL);

-- The row is locked here, so the clock of this moment is later than that of whoever changed it before.
CREATE FUNCTION "record_cluster_term"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  is_there BOOLEAN := NEW."deleted_at" IS NULL AND NEW."phase" NOT IN ('DELETING', 'FAILED')
    AND (NEW."kind" <> 'Dedicated' OR NEW."status_cku" IS NOT NULL);
  new_kind TEXT := CASE WHEN is_there THEN NEW."kind" ELSE '' END;
  new_units INTEGER := CASE WHEN is_there AND NEW."kind" = 'Dedicated' THEN LEAST(NEW."cku", NEW."status_cku") ELSE 0 END;
  last "cluster_terms"%ROWTYPE;
BEGIN
  SELECT * INTO last FROM "cluster_terms"
   WHERE "cluster_id" = NEW."id" ORDER BY "at" DESC, "id" DESC LIMIT 1;
  IF COALESCE(last."kind", '') IS DISTINCT FROM new_kind OR COALESCE(last."units", 0) <> new_units THEN
    INSERT INTO "cluster_terms" ("cluster_id", "at", "kind", "units")
    VALUES (NEW."id", GREATEST(clock_timestamp(), last."at"), new_kind, new_units);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "clusters_record_term" AFTER INSERT OR UPDATE ON "clusters"
  FOR EACH ROW EXECUTE FUNCTION "record_cluster_term"();

CREATE TRIGGER "cluster_terms_append_only" BEFORE UPDATE OR DELETE ON "cluster_terms"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
