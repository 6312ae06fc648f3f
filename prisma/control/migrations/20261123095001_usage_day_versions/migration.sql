-- CreateTable
CREATE TABLE "usage_day_versions" (
    "cluster_id" TEXT NOT NULL,
    "day" TIMESTAMPTZ(3) NOT NULL,
    "version" BIGINT NOT NULL,

    CONSTRAINT "usage_day_versions_pkey" PRIMARY KEY ("cluster_id","day")
);

CREATE SEQUENCE "usage_changes";

-- Whoever writes an hour has told that its day is another one, in the same transaction. A version only grows: it is drawn
-- while its row is held.
CREATE FUNCTION "note_usage_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO usage_day_versions (cluster_id, day, version)
  SELECT cluster_id, day, nextval('usage_changes')
    FROM (SELECT DISTINCT cluster_id, date_trunc('day', hour, 'UTC') AS day FROM changed ORDER BY 1, 2) AS days
  ON CONFLICT (cluster_id, day) DO UPDATE SET version = nextval('usage_changes');
  RETURN NULL;
END $$;

CREATE TRIGGER "usage_cluster_hours_inserted" AFTER INSERT ON "usage_cluster_hours"
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "note_usage_change"();
CREATE TRIGGER "usage_cluster_hours_updated" AFTER UPDATE ON "usage_cluster_hours"
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "note_usage_change"();
CREATE TRIGGER "usage_cluster_hours_deleted" AFTER DELETE ON "usage_cluster_hours"
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "note_usage_change"();
