-- CreateTable
CREATE TABLE "client_quotas" (
    "id" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "ingress_bytes_per_sec" BIGINT NOT NULL,
    "egress_bytes_per_sec" BIGINT NOT NULL,
    "principals" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "client_quotas_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "client_quotas_cluster_id_created_at_idx" ON "client_quotas"("cluster_id", "created_at");

-- AddForeignKey
ALTER TABLE "client_quotas" ADD CONSTRAINT "client_quotas_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "clusters"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
