-- A history as Castor's schema 2 wrote it, by the program of that time. Never changed.
PRAGMA application_id = 1129534546;
PRAGMA user_version = 2;
BEGIN TRANSACTION;
CREATE TABLE attachment (
            sha256 TEXT PRIMARY KEY,
            size INTEGER NOT NULL,
            created REAL NOT NULL
        ) STRICT;
INSERT INTO "attachment" VALUES('abababababababababababababababababababababababababababababababab',64,1780000000.0);
INSERT INTO "attachment" VALUES('cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd',7,1780000000.0);
CREATE TABLE attachment_use (
            owner TEXT NOT NULL,
            sha256 TEXT NOT NULL REFERENCES attachment (sha256),
            PRIMARY KEY (owner, sha256)
        ) STRICT;
INSERT INTO "attachment_use" VALUES('t1','abababababababababababababababababababababababababababababababab');
INSERT INTO "attachment_use" VALUES('draft:c1','abababababababababababababababababababababababababababababababab');
CREATE TABLE conversation (
            key TEXT PRIMARY KEY,
            sequence INTEGER NOT NULL,
            title TEXT NOT NULL,
            named INTEGER NOT NULL,
            origin TEXT NOT NULL,
            model TEXT,
            thinking_level TEXT,
            head TEXT,
            created REAL NOT NULL,
            updated REAL NOT NULL,
            unread INTEGER NOT NULL,
            trashed REAL
        ) STRICT;
INSERT INTO "conversation" VALUES('c1',3,'Grüße 你好 👩‍💻',1,'https://generativelanguage.googleapis.com','gemini-flash-latest','low','t3',1.5,2.5,0,NULL);
INSERT INTO "conversation" VALUES('c2',4,'In the trash',0,'https://generativelanguage.googleapis.com',NULL,NULL,'t4',3.0,4.0,1,5.5);
CREATE TABLE draft (
            conversation TEXT PRIMARY KEY,
            text TEXT NOT NULL,
            attachments TEXT NOT NULL,
            updated REAL NOT NULL
        ) STRICT;
INSERT INTO "draft" VALUES('c1','half a question','[{"type":"castor.attachment","kind":"image","sha256":"abababababababababababababababababababababababababababababababab","name":"a picture.png","mime_type":"image/png","size":64,"width":10,"height":20}]',1780000000.0);
INSERT INTO "draft" VALUES('','a new chat','[]',1780000000.0);
CREATE TABLE interaction (
            key TEXT PRIMARY KEY,
            conversation TEXT NOT NULL REFERENCES conversation (key) ON DELETE CASCADE,
            sequence INTEGER NOT NULL,
            previous TEXT,
            id TEXT,
            status TEXT,
            outcome TEXT NOT NULL,
            origin TEXT NOT NULL,
            expired INTEGER NOT NULL,
            request TEXT NOT NULL,
            input TEXT NOT NULL,
            header TEXT NOT NULL,
            failure TEXT,
            last_event_id TEXT,
            created REAL NOT NULL
        ) STRICT;
INSERT INTO "interaction" VALUES('t1','c1',1,NULL,'v1_t1','completed','complete','https://generativelanguage.googleapis.com',0,'{}','[{"type":"text","text":"What is 6 times 7?"},{"type":"castor.attachment","kind":"image","sha256":"abababababababababababababababababababababababababababababababab","name":"a picture.png","mime_type":"image/png","size":64,"width":10,"height":20}]','{"id":"v1_t1","status":"completed","usage":{"total_tokens":42}}',NULL,'e9',1770000000.5);
INSERT INTO "interaction" VALUES('t2','c1',2,'t1','v1_t2','completed','complete','https://generativelanguage.googleapis.com',0,'{}','[{"type":"text","text":"And ''quoted'' \"twice\"\n; -- ?"}]','{"id":"v1_t2","status":"completed","usage":{"total_tokens":42}}',NULL,'e9',1770000000.5);
INSERT INTO "interaction" VALUES('t3','c1',3,'t1','v1_t3','in_progress','interrupted','https://generativelanguage.googleapis.com',0,'{}','[{"type":"text","text":"Edited"}]','{"id":"v1_t3","status":"in_progress","usage":{"total_tokens":42}}','{"code":"program_ended","sentence":"Castor was closed.","advice":"The text up to here is kept.","details":""}','e9',1770000000.5);
INSERT INTO "interaction" VALUES('t4','c2',4,NULL,'v1_t4','completed','complete','https://generativelanguage.googleapis.com',0,'{}','[{"type":"text","text":"gone"}]','{"id":"v1_t4","status":"completed","usage":{"total_tokens":42}}',NULL,'e9',1770000000.5);
CREATE TABLE meta (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT;
INSERT INTO "meta" VALUES('geometry','AdnQ');
INSERT INTO "meta" VALUES('conversation','c1');
CREATE TABLE step (
            interaction TEXT NOT NULL REFERENCES interaction (key) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            wire_index INTEGER,
            type TEXT NOT NULL,
            body TEXT NOT NULL,
            whole INTEGER NOT NULL,
            seconds REAL,
            unknown TEXT,
            PRIMARY KEY (interaction, position)
        ) STRICT;
INSERT INTO "step" VALUES('t1',0,0,'thought','{"type":"thought","signature":"c2ln","summary":[{"type":"text","text":"thinking"}]}',1,1.5,NULL);
INSERT INTO "step" VALUES('t1',1,1,'model_output','{"type":"model_output","content":[{"type":"text","text":"It is 42."}],"new_field":[1,{"a":null}]}',1,0.5,NULL);
INSERT INTO "step" VALUES('t2',0,0,'thought','{"type":"thought","signature":"c2ln","summary":[{"type":"text","text":"thinking"}]}',1,1.5,NULL);
INSERT INTO "step" VALUES('t2',1,1,'model_output','{"type":"model_output","content":[{"type":"text","text":"long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long "}],"new_field":[1,{"a":null}]}',1,0.5,NULL);
INSERT INTO "step" VALUES('t3',0,0,'thought','{"type":"thought","signature":"c2ln","summary":[{"type":"text","text":"thinking"}]}',1,1.5,NULL);
INSERT INTO "step" VALUES('t3',1,1,'model_output','{"type":"model_output","content":[{"type":"text","text":"cut off"}],"new_field":[1,{"a":null}]}',0,0.5,NULL);
INSERT INTO "step" VALUES('t4',0,0,'thought','{"type":"thought","signature":"c2ln","summary":[{"type":"text","text":"thinking"}]}',1,1.5,NULL);
INSERT INTO "step" VALUES('t4',1,1,'model_output','{"type":"model_output","content":[{"type":"text","text":"yes"}],"new_field":[1,{"a":null}]}',1,0.5,NULL);
CREATE TABLE upload (
            sha256 TEXT NOT NULL REFERENCES attachment (sha256) ON DELETE CASCADE,
            origin TEXT NOT NULL,
            name TEXT NOT NULL,
            uri TEXT NOT NULL,
            mime_type TEXT NOT NULL,
            expires REAL NOT NULL,
            ready INTEGER NOT NULL,
            PRIMARY KEY (sha256, origin)
        ) STRICT;
INSERT INTO "upload" VALUES('abababababababababababababababababababababababababababababababab','https://generativelanguage.googleapis.com','files/x','https://generativelanguage.googleapis.com/files/x','image/png',1780100000.0,1);
CREATE INDEX conversation_by_sequence ON conversation (sequence);
CREATE INDEX interaction_by_conversation ON interaction (conversation, sequence);
CREATE INDEX attachment_use_by_sha256 ON attachment_use (sha256);
COMMIT;
