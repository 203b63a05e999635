package dev.mneme.testkit;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The documents of one owner, or of the server, in the model. Guarded by the store's lock.
final class ModelDocuments {
    private record Name(String collection, String id) implements Comparable<Name> {
        private static final Comparator<String> BY_BYTES =
                Comparator.comparing(text -> text.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);
        private static final Comparator<Name> ORDER =
                Comparator.comparing(Name::collection, BY_BYTES).thenComparing(Name::id, BY_BYTES);

        @Override
        public int compareTo(Name other) {
            return ORDER.compare(this, other);
        }
    }

    private final TreeMap<Name, Document> documents = new TreeMap<>();
    private final Predicate<String> isMemory;

    /// @param isMemory whether the owner has a memory of this id now
    ModelDocuments(Predicate<String> isMemory) {
        this.isMemory = isMemory;
    }

    Optional<Document> find(String collection, String id) {
        return Optional.ofNullable(documents.get(new Name(collection, id)));
    }

    List<Document> list(String collection, @Nullable String afterId, int limit) {
        return documents.tailMap(new Name(collection, afterId == null ? "" : afterId), false).values().stream()
                .takeWhile(document -> document.collection().equals(collection))
                .limit(limit)
                .toList();
    }

    /// The same documents, which go on by themselves.
    ModelDocuments copy() {
        ModelDocuments copy = new ModelDocuments(isMemory);
        copy.documents.putAll(documents);
        return copy;
    }

    Outcome put(Command.PutDocument put, Instant at) {
        if (put.collection().equals(Document.FEEDBACK) && !isMemory.test(put.id())) {
            return rejected(ErrorCode.NOT_FOUND);
        }
        Name name = new Name(put.collection(), put.id());
        Document now = documents.get(name);
        long version = now == null ? 0 : now.version();
        if (put.expectedVersion() != Command.ANY_VERSION && put.expectedVersion() != version) {
            return rejected(ErrorCode.VERSION_CONFLICT);
        }
        if (put.data().size() > Document.MAX_SIZE) {
            return rejected(ErrorCode.TOO_LARGE);
        }
        if (now == null && list(put.collection(), null, Integer.MAX_VALUE).size() >= Document.MAX_IN_COLLECTION) {
            return rejected(ErrorCode.OVERLOADED);
        }
        Instant createdAt = now == null ? at : now.createdAt();
        documents.put(name, new Document(put.collection(), put.id(), put.data(), version + 1, createdAt, at));
        return new Outcome.Done();
    }

    /// If it is there.
    void remove(String collection, String id) {
        documents.remove(new Name(collection, id));
    }

    Outcome delete(Command.DeleteDocument delete) {
        Name name = new Name(delete.collection(), delete.id());
        Document now = documents.get(name);
        if (now == null) {
            return rejected(ErrorCode.NOT_FOUND);
        }
        if (delete.expectedVersion() != Command.ANY_VERSION && delete.expectedVersion() != now.version()) {
            return rejected(ErrorCode.VERSION_CONFLICT);
        }
        documents.remove(name);
        return new Outcome.Done();
    }

    private static Rejected rejected(ErrorCode code) {
        return new Rejected(code, "the model refuses", null, null);
    }
}
