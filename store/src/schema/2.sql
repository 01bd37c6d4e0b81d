-- Where blobs were sent when images were copied, so that the next copy has them mounted. A hint: the registry decides
-- what it has.
CREATE TABLE copied_blob (
    registry   TEXT NOT NULL,
    digest     TEXT NOT NULL,
    repository TEXT NOT NULL,
    PRIMARY KEY (registry, digest, repository)
) STRICT, WITHOUT ROWID;
