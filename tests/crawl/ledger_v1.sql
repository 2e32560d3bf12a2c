BEGIN TRANSACTION;
CREATE TABLE links (
    source_id TEXT NOT NULL, sha256 TEXT NOT NULL, url TEXT NOT NULL, landing_url TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('attachment','inline')),
    link_text TEXT, notice_title TEXT, published_date TEXT, listed_date TEXT, filename TEXT, kind TEXT,
    run_id TEXT NOT NULL,
    PRIMARY KEY (source_id, sha256, url, landing_url)
) WITHOUT ROWID;
INSERT INTO "links" VALUES('130630_laiyuan','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','http://a.example/P1.pdf','http://a.example/t1.html','attachment','附件','某局2024年部门预算','2024-02-06',NULL,'P1.pdf','department_budget','130630_laiyuan.1');
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "meta" VALUES('schema_version','1');
CREATE TABLE runs (
    run_id TEXT PRIMARY KEY, source_id TEXT NOT NULL, started_at TEXT NOT NULL, finish_reason TEXT
);
INSERT INTO "runs" VALUES('130630_laiyuan.1','130630_laiyuan','2024-03-01T00:00:00Z','finished');
INSERT INTO "runs" VALUES('130630_laiyuan.2','130630_laiyuan','2024-03-02T00:00:00Z',NULL);
CREATE TABLE skipped (
    source_id TEXT NOT NULL, landing_url TEXT NOT NULL, url TEXT NOT NULL, link_text TEXT NOT NULL,
    reason TEXT NOT NULL, run_id TEXT NOT NULL,
    PRIMARY KEY (source_id, landing_url, url)
) WITHOUT ROWID;
INSERT INTO "skipped" VALUES('130630_laiyuan','http://a.example/index.html','http://b.example/','乙','offsite','130630_laiyuan.1');
CREATE TABLE sources (
    source_id TEXT PRIMARY KEY, county_code TEXT NOT NULL, publisher TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "sources" VALUES('130630_laiyuan','130630','涞源县人民政府');
CREATE TABLE visits (
    visit_id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL, source_id TEXT NOT NULL, url TEXT NOT NULL, role TEXT NOT NULL, at TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('new','unchanged','replaced','gone','refused','failed')),
    status INTEGER, sha256 TEXT, etag TEXT, last_modified TEXT, reason TEXT, final_url TEXT,
    landing_url TEXT, link_text TEXT
);
INSERT INTO "visits" VALUES(1,'130630_laiyuan.1','130630_laiyuan','http://a.example/index.html','listing','2024-03-01T00:00:00Z','new',200,'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','"1"',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "visits" VALUES(2,'130630_laiyuan.1','130630_laiyuan','http://a.example/P1.pdf','attachment','2024-03-01T00:00:00Z','new',200,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',NULL,NULL,NULL,NULL,'http://a.example/t1.html','附件');
CREATE INDEX visits_by_url ON visits (source_id, url, visit_id);
CREATE INDEX visits_by_run ON visits (run_id, visit_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('visits',2);
COMMIT;
