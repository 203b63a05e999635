package dev.mneme.core.conversation;

import dev.mneme.core.access.Writes;
import dev.mneme.core.command.Command;
import dev.mneme.core.document.JsonFields;
import dev.mneme.core.document.OwnerDocuments;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Message;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.spi.Store;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The last messages of each session; a session is the set of messages with the same ids, a `runId` among them. Earlier
/// messages help a language model to understand the present ones. The latest [#KEPT] messages are kept, the first
/// [#MAX_CHARACTERS] of each; they are no longer read once the last of them is older than [#AGE].
public final class SessionMessages {
    static final int KEPT = 20;
    static final int MAX_CHARACTERS = 4_096;
    static final Duration AGE = Duration.ofDays(30);

    private static final String COLLECTION = "sessions";

    /// How many other sessions each extraction checks for being over.
    private static final int SWEPT = 16;

    private final Store store;

    public SessionMessages(Store store) {
        this.store = store;
    }

    /// One message of a session.
    ///
    /// @param localOnly whether an `inspired` instance sent it
    public record Said(Message message, boolean localOnly) {}

    /// A session as it was read.
    ///
    /// @param version 0 where nothing was kept yet
    public record Session(ScopeIds scope, List<Said> said, long version) {}

    /// The session of these ids; empty for a scope that is no session.
    public Optional<Session> find(ScopeIds scope, Instant now) {
        if (scope.runId() == null) {
            return Optional.empty();
        }
        Optional<Document> kept = store.documents().find(scope.owner(), COLLECTION, id(scope));
        return Optional.of(new Session(
                scope,
                kept.filter(document -> !isOver(document, now))
                        .map(SessionMessages::said)
                        .orElse(List.of()),
                kept.map(Document::version).orElse(0L)));
    }

    private static boolean isOver(Document session, Instant now) {
        return session.updatedAt().plus(AGE).isBefore(now);
    }

    private static List<Said> said(Document document) {
        return new JsonFields(document.data())
                .list("messages", data -> new Said(ExtractionDocuments.message(data), data.flag("local")));
    }

    /// The command that adds messages to a session, unless it has changed since it was read.
    public static Command.PutDocument adding(Session session, List<Message> messages, boolean localOnly) {
        List<Said> all = new ArrayList<>(session.said());
        messages.forEach(message -> all.add(new Said(shortened(message), localOnly)));
        return new Command.PutDocument(
                COLLECTION,
                id(session.scope()),
                new JsonFields.Writer()
                        .put("scope", ExtractionDocuments.scope(session.scope()))
                        .put("messages", all.subList(Math.max(0, all.size() - KEPT), all.size()), SessionMessages::json)
                        .object(),
                session.version());
    }

    private static Json json(Said said) {
        return new JsonFields.Writer()
                .put("role", said.message().role())
                .put("name", said.message().name())
                .put("text", said.message().text())
                .put("local", new JsonBoolean(said.localOnly()))
                .object();
    }

    private static Message shortened(Message message) {
        String text = message.text();
        if (text.length() <= MAX_CHARACTERS) {
            return message;
        }
        int end = Character.isHighSurrogate(text.charAt(MAX_CHARACTERS - 1)) ? MAX_CHARACTERS - 1 : MAX_CHARACTERS;
        return new Message(message.role(), message.name(), text.substring(0, end));
    }

    /// Removes some sessions of the same owner that are over. Each call looks at those that follow the named one.
    public void sweep(Provenance by, ScopeIds scope, Instant now) {
        List<Document> next = store.documents().list(scope.owner(), COLLECTION, id(scope), SWEPT);
        List<Document> some = next.isEmpty() ? store.documents().list(scope.owner(), COLLECTION, null, SWEPT) : next;
        some.stream()
                .filter(session -> isOver(session, now))
                .forEach(session -> remove(by, scope.owner(), session.id(), session.version()));
    }

    /// Shows the owner's sessions.
    void forEach(Owner owner, Consumer<Document> visitor) {
        OwnerDocuments.forEach(store, owner, COLLECTION, visitor);
    }

    static ScopeIds scope(Document session) {
        return ExtractionDocuments.scope(new JsonFields(session.data()).object("scope"));
    }

    /// Removes a session, unless it is at another version or gone.
    void remove(Provenance by, Owner owner, String id, long version) {
        try {
            Writes.one(store, by, owner, new Command.DeleteDocument(COLLECTION, id, version));
        } catch (MnemeException e) {
            switch (e.code()) {
                case NOT_FOUND, VERSION_CONFLICT -> {}
                default -> throw e;
            }
        }
    }

    /// A hash in 64 hexadecimal digits, since the ids may be longer than a document's id.
    private static String id(ScopeIds scope) {
        String ids = String.join("\0", or(scope.userId()), or(scope.agentId()), or(scope.appId()), or(scope.runId()));
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(ids.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// The id, or an empty string for none; no id is empty, so the two stay apart.
    private static String or(@Nullable String id) {
        return id == null ? "" : id;
    }
}
