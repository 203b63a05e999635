package dev.mneme.core.service;

import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.Store;
import java.util.Optional;

/// The settings of the one project that there is: what a language model is told when it extracts memories.
///
/// **Threads**: any number may call.
public final class ProjectService {
    private static final String ID = "default";
    private static final int ATTEMPTS = 10;

    private final ServerDocuments projects;

    public ProjectService(Store store) {
        this.projects = new ServerDocuments(store, "projects");
    }

    /// The settings with their times; empty while nothing was ever set.
    public Optional<Document> find(Caller caller) {
        Authorizer.require(caller, Role.READ);
        return projects.find(ID);
    }

    /// Sets what the patch names (RFC 7396: null takes a setting away); two at a time do not overwrite one
    /// another.
    public void update(Caller caller, JsonObject patch) {
        Authorizer.requireOperator(caller);
        for (int attempt = 1; ; attempt++) {
            Optional<Document> now = projects.find(ID);
            JsonObject settings =
                    now.map(Document::data).orElse(JsonObject.EMPTY).mergePatch(patch);
            try {
                projects.put(
                        caller.by(), ID, settings, now.map(Document::version).orElse(0L));
                return;
            } catch (MnemeException e) {
                if (e.code() != ErrorCode.VERSION_CONFLICT || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }
}
