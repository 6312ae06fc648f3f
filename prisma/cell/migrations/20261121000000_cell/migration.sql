-- CreateTable
CREATE TABLE "cell" (
    "id" SMALLINT NOT NULL,
    "version" BIGINT NOT NULL,
    "next_producer_id" BIGINT NOT NULL,

    CONSTRAINT "cell_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clusters" (
    "cluster_id" TEXT NOT NULL,
    "limits" JSONB NOT NULL,
    "auto_create_topics" BOOLEAN NOT NULL,
    "intent_version" BIGINT NOT NULL,
    "version" BIGINT NOT NULL,
    "acls_version" BIGINT NOT NULL,

    CONSTRAINT "clusters_pkey" PRIMARY KEY ("cluster_id")
);

-- CreateTable
CREATE TABLE "credentials" (
    "key_id" TEXT NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "principal" TEXT NOT NULL,
    "scram_sha256" JSONB NOT NULL,
    "scram_sha512" JSONB NOT NULL,
    "expires_at" BIGINT,
    "version" BIGINT NOT NULL,

    CONSTRAINT "credentials_pkey" PRIMARY KEY ("key_id")
);

-- CreateTable
CREATE TABLE "acls" (
    "cluster_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "principal" TEXT NOT NULL,
    "resource_type" TEXT NOT NULL,
    "pattern_type" TEXT NOT NULL,
    "resource_name" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "permission" TEXT NOT NULL,
    "host" TEXT NOT NULL,

    CONSTRAINT "acls_pkey" PRIMARY KEY ("cluster_id","key")
);

-- CreateTable
CREATE TABLE "topics" (
    "topic_id" TEXT NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "collision_key" TEXT NOT NULL,
    "configs" JSONB NOT NULL,
    "created_at" BIGINT NOT NULL,
    "version" BIGINT NOT NULL,

    CONSTRAINT "topics_pkey" PRIMARY KEY ("topic_id")
);

-- CreateTable
CREATE TABLE "partitions" (
    "topic_id" TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "leader" INTEGER NOT NULL,
    "leader_epoch" INTEGER NOT NULL,
    "partition_epoch" INTEGER NOT NULL,
    "replicas" INTEGER[],
    "isr" INTEGER[],

    CONSTRAINT "partitions_pkey" PRIMARY KEY ("topic_id","partition")
);

-- CreateTable
CREATE TABLE "brokers" (
    "broker_id" INTEGER NOT NULL,
    "boot_epoch" INTEGER NOT NULL,
    "host" TEXT NOT NULL,
    "port" INTEGER NOT NULL,
    "replica_count" INTEGER NOT NULL,
    "leader_count" INTEGER NOT NULL,
    "version" BIGINT NOT NULL,

    CONSTRAINT "brokers_pkey" PRIMARY KEY ("broker_id")
);

-- CreateTable
CREATE TABLE "removals" (
    "kind" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "version" BIGINT NOT NULL,

    CONSTRAINT "removals_pkey" PRIMARY KEY ("kind","id")
);

-- CreateIndex
CREATE INDEX "clusters_version_idx" ON "clusters"("version");

-- CreateIndex
CREATE INDEX "credentials_cluster_id_idx" ON "credentials"("cluster_id");

-- CreateIndex
CREATE INDEX "credentials_version_idx" ON "credentials"("version");

-- CreateIndex
CREATE INDEX "topics_version_idx" ON "topics"("version");

-- CreateIndex
CREATE UNIQUE INDEX "topics_cluster_id_collision_key_key" ON "topics"("cluster_id", "collision_key");

-- CreateIndex
CREATE INDEX "brokers_version_idx" ON "brokers"("version");

-- CreateIndex
CREATE INDEX "removals_version_idx" ON "removals"("version");

-- AddForeignKey
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "clusters"("cluster_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "acls" ADD CONSTRAINT "acls_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "clusters"("cluster_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "topics" ADD CONSTRAINT "topics_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "clusters"("cluster_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "partitions" ADD CONSTRAINT "partitions_topic_id_fkey" FOREIGN KEY ("topic_id") REFERENCES "topics"("topic_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the schema language cannot say: the cell is one row, and it is there from the start.
ALTER TABLE "cell" ADD CONSTRAINT "cell_is_one_row" CHECK ("id" = 1);
INSERT INTO "cell" ("id", "version", "next_producer_id") VALUES (1, 0, 0);
