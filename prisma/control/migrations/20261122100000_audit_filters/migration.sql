-- The log by who did it, by what was done and by time, each newest first.
CREATE INDEX "audit_events_organization_id_actor_id_sequence_idx" ON "audit_events"("organization_id", "actor_id", "sequence");
CREATE INDEX "audit_events_organization_id_action_sequence_idx" ON "audit_events"("organization_id", "action", "sequence");
CREATE INDEX "audit_events_organization_id_time_idx" ON "audit_events"("organization_id", "time");
