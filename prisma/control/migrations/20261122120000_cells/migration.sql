-- CreateTable
CREATE TABLE "cells" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "cloud" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "brokers_wanted" INTEGER,
    "racks" INTEGER NOT NULL DEFAULT 1,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "has_store" BOOLEAN NOT NULL DEFAULT false,
    "is_settled" BOOLEAN NOT NULL DEFAULT false,
    "bootstrap_endpoint" TEXT,
    "problem" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "cells_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cell_brokers" (
    "broker_id" SERIAL NOT NULL,
    "cell_id" TEXT NOT NULL,
    "rack" INTEGER NOT NULL,
    "port" INTEGER,
    "wanted" TEXT NOT NULL,
    "generation" INTEGER NOT NULL,
    "running_generation" INTEGER,
    "problem" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "cell_brokers_pkey" PRIMARY KEY ("broker_id")
);

-- CreateIndex
CREATE INDEX "cells_cloud_region_kind_state_idx" ON "cells"("cloud", "region", "kind", "state");

-- CreateIndex
CREATE UNIQUE INDEX "cell_brokers_port_key" ON "cell_brokers"("port");

-- CreateIndex
CREATE INDEX "cell_brokers_cell_id_idx" ON "cell_brokers"("cell_id");

-- AddForeignKey
ALTER TABLE "cell_brokers" ADD CONSTRAINT "cell_brokers_cell_id_fkey" FOREIGN KEY ("cell_id") REFERENCES "cells"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AlterTable
ALTER TABLE "clusters" ADD COLUMN     "status_cku" INTEGER,
ADD COLUMN     "bootstrap_endpoint" TEXT;

-- CreateIndex
CREATE INDEX "clusters_cell_id_idx" ON "clusters"("cell_id");

-- Ids below are those of brokers that the launcher runs by WEIR_BROKERS. The usage ledger tells brokers apart by their
-- ids over all cells, so none is given twice.
ALTER SEQUENCE "cell_brokers_broker_id_seq" RESTART 1001;

-- What is to be done is asked for every second.
CREATE INDEX "cells_unsettled_idx" ON "cells"("id") WHERE NOT "is_settled";

-- The cell that every installation had so far.
INSERT INTO "cells" ("id", "kind", "cloud", "region", "state", "has_store", "is_settled", "updated_at")
VALUES ('local', 'shared', 'LOCAL', 'local', 'OPEN', true, true, CURRENT_TIMESTAMP);
