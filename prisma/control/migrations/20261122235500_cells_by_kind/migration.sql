-- Where clusters may be placed is asked by kind and state alone, beside the cell of every Dedicated cluster.
DROP INDEX "cells_cloud_region_kind_state_idx";
CREATE INDEX "cells_kind_state_cloud_region_idx" ON "cells"("kind", "state", "cloud", "region");
