package dev.mneme.api.rest;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.Answer;
import dev.mneme.api.http.BodySource;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.http.Tag;
import dev.mneme.core.operate.BackupService;
import dev.mneme.core.spi.Backups;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/// `/api/v1/backups`, for unrestricted admin keys. The answer is the backup; the server keeps none.
final class BackupRoutes {
    private static final Tag TAG = new Tag("backups", "Copies of everything, for admin keys without restrictions");
    private static final Parameter BYTES =
            Parameter.integer("Mneme-Backup-Bytes", "about how long the backup will be: for a progress bar");

    private final BackupService backups;

    BackupRoutes(BackupService backups) {
        this.backups = backups;
    }

    List<Route> routes() {
        return List.of(Route.post("/api/v1/backups")
                .access(Access.ADMIN)
                .named("takeBackup", TAG, "Take a backup of everything: one cut, while the server goes on")
                .gives(Reply.page("application/zip", "the backup, for mneme restore")
                        .with(BYTES))
                .by(this::take));
    }

    private Answer take(Request request) {
        Backups.Backup backup = backups.begin(request.caller());
        return Answer.download("application/zip", new Source(backup))
                .with(BYTES.name(), String.valueOf(backup.approximateBytes()));
    }

    private record Source(Backups.Backup backup) implements BodySource {
        @Override
        public void writeTo(OutputStream out) throws IOException {
            backup.writeTo(out);
        }

        @Override
        public void close() {
            backup.close();
        }
    }
}
