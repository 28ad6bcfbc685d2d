-- What the cluster keeps in PostgreSQL. Runs at every start, in one transaction; the lock makes silos take turns.
-- Orleans asks for queries by key in OrleansQuery, and fixes their parameters and columns; the tables are ours.
SELECT pg_advisory_xact_lock(7301977);

CREATE TABLE IF NOT EXISTS OrleansQuery (
    QueryKey varchar(64) PRIMARY KEY,
    QueryText text NOT NULL
);

-- One row a cluster: every change of its silos raises the version, and one that expected another version fails.
CREATE TABLE IF NOT EXISTS sgl_cluster (
    cluster_id text PRIMARY KEY,
    version integer NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS sgl_silo (
    cluster_id text NOT NULL REFERENCES sgl_cluster,
    address text NOT NULL,
    port integer NOT NULL,
    generation integer NOT NULL,
    name text NOT NULL,
    host text NOT NULL,
    status integer NOT NULL,
    proxy_port integer,
    suspect_times text,
    started timestamptz NOT NULL,
    alive timestamptz NOT NULL,
    PRIMARY KEY (cluster_id, address, port, generation)
);

CREATE TABLE IF NOT EXISTS sgl_grain_state (
    service_id text NOT NULL,
    type_hash integer NOT NULL,
    id_hash integer NOT NULL,
    id_0 bigint NOT NULL,
    id_1 bigint NOT NULL,
    type_name text NOT NULL,
    id_text text NOT NULL,
    version integer NOT NULL,
    payload bytea,
    changed timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id_hash, type_hash, id_0, id_1, id_text, type_name, service_id)
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('InsertMembershipVersionKey', $$
    WITH added AS (
        INSERT INTO sgl_cluster (cluster_id) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*)::integer FROM added
$$),
('InsertMembershipKey', $$
    WITH raised AS (
        UPDATE sgl_cluster SET version = version + 1
        WHERE cluster_id = @DeploymentId AND version = @Version AND NOT EXISTS (
            SELECT 1 FROM sgl_silo
            WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING 1
    ), added AS (
        INSERT INTO sgl_silo
            (cluster_id, address, port, generation, name, host, status, proxy_port, started, alive)
        SELECT @DeploymentId::text, @Address::text, @Port::integer, @Generation::integer, @SiloName::text,
            @HostName::text, @Status::integer, @ProxyPort::integer, @StartTime::timestamptz, @IAmAliveTime::timestamptz
        FROM raised
        RETURNING 1)
    SELECT count(*)::integer FROM added
$$),
('UpdateMembershipKey', $$
    WITH raised AS (
        UPDATE sgl_cluster SET version = version + 1 WHERE cluster_id = @DeploymentId AND version = @Version RETURNING 1
    ), changed AS (
        UPDATE sgl_silo
        SET status = @Status, suspect_times = @SuspectTimes::text, alive = @IAmAliveTime::timestamptz
        FROM raised
        WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
        RETURNING 1)
    SELECT count(*)::integer FROM changed
$$),
('UpdateIAmAlivetimeKey', $$
    UPDATE sgl_silo SET alive = @IAmAliveTime::timestamptz
    WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$$),
('MembershipReadRowKey', $$
    SELECT c.cluster_id AS DeploymentId, s.address AS Address, s.port AS Port, s.generation AS Generation,
        s.name AS SiloName, s.host AS HostName, s.status AS Status, s.proxy_port AS ProxyPort,
        s.suspect_times AS SuspectTimes, s.started AS StartTime, s.alive AS IAmAliveTime, c.version AS Version
    FROM sgl_cluster c LEFT JOIN sgl_silo s
        ON s.cluster_id = c.cluster_id AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
    WHERE c.cluster_id = @DeploymentId
$$),
('MembershipReadAllKey', $$
    SELECT c.cluster_id AS DeploymentId, s.address AS Address, s.port AS Port, s.generation AS Generation,
        s.name AS SiloName, s.host AS HostName, s.status AS Status, s.proxy_port AS ProxyPort,
        s.suspect_times AS SuspectTimes, s.started AS StartTime, s.alive AS IAmAliveTime, c.version AS Version
    FROM sgl_cluster c LEFT JOIN sgl_silo s ON s.cluster_id = c.cluster_id
    WHERE c.cluster_id = @DeploymentId
$$),
('DeleteMembershipTableEntriesKey', $$
    WITH silos AS (DELETE FROM sgl_silo WHERE cluster_id = @DeploymentId)
    DELETE FROM sgl_cluster WHERE cluster_id = @DeploymentId
$$),
('GatewaysQueryKey', $$
    SELECT address AS Address, proxy_port AS ProxyPort, generation AS Generation
    FROM sgl_silo WHERE cluster_id = @DeploymentId AND status = @Status AND proxy_port > 0
$$),
('CleanupDefunctSiloEntriesKey', $$
    DELETE FROM sgl_silo
    WHERE cluster_id = @DeploymentId AND alive < @IAmAliveTime::timestamptz AND status <> 3 -- active
$$),
('ReadFromStorageKey', $$
    SELECT payload AS PayloadBinary, changed, version AS Version
    FROM sgl_grain_state
    WHERE id_hash = @GrainIdHash AND type_hash = @GrainTypeHash AND id_0 = @GrainIdN0 AND id_1 = @GrainIdN1
        AND id_text = coalesce(@GrainIdExtensionString::text, '') AND type_name = @GrainTypeString
        AND service_id = @ServiceId
$$),
-- The version that was given comes back when somebody else has written since: Orleans takes that for a conflict.
('WriteToStorageKey', $$
    WITH changed AS (
        UPDATE sgl_grain_state SET payload = @PayloadBinary, version = version + 1, changed = now()
        WHERE id_hash = @GrainIdHash AND type_hash = @GrainTypeHash AND id_0 = @GrainIdN0 AND id_1 = @GrainIdN1
            AND id_text = coalesce(@GrainIdExtensionString::text, '') AND type_name = @GrainTypeString
            AND service_id = @ServiceId AND version = @GrainStateVersion::integer
        RETURNING version
    ), added AS (
        INSERT INTO sgl_grain_state
            (service_id, type_hash, id_hash, id_0, id_1, type_name, id_text, version, payload)
        SELECT @ServiceId::text, @GrainTypeHash::integer, @GrainIdHash::integer, @GrainIdN0::bigint,
            @GrainIdN1::bigint, @GrainTypeString::text, coalesce(@GrainIdExtensionString::text, ''), 1,
            @PayloadBinary::bytea
        WHERE @GrainStateVersion::integer IS NULL
        ON CONFLICT DO NOTHING
        RETURNING version
    ), written AS (SELECT version FROM changed UNION ALL SELECT version FROM added)
    SELECT version AS NewGrainStateVersion FROM written
    UNION ALL SELECT @GrainStateVersion::integer WHERE NOT EXISTS (SELECT 1 FROM written)
$$),
('ClearStorageKey', $$
    UPDATE sgl_grain_state SET payload = NULL, version = version + 1, changed = now()
    WHERE id_hash = @GrainIdHash AND type_hash = @GrainTypeHash AND id_0 = @GrainIdN0 AND id_1 = @GrainIdN1
        AND id_text = coalesce(@GrainIdExtensionString::text, '') AND type_name = @GrainTypeString
        AND service_id = @ServiceId AND version = @GrainStateVersion::integer
    RETURNING version AS NewGrainStateVersion
$$),
('DeleteStorageKey', $$
    DELETE FROM sgl_grain_state
    WHERE id_hash = @GrainIdHash AND type_hash = @GrainTypeHash AND id_0 = @GrainIdN0 AND id_1 = @GrainIdN1
        AND id_text = coalesce(@GrainIdExtensionString::text, '') AND type_name = @GrainTypeString
        AND service_id = @ServiceId AND version = @GrainStateVersion::integer
    RETURNING version + 1 AS NewGrainStateVersion
$$)
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;
