package dev.mneme.testkit;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// The system shard of the model: the keys, the server's documents and its embedders. Guarded by the store's
/// lock.
final class ModelSystem {
    private final String epoch;
    private final Map<String, ApiKey> keys = new TreeMap<>();
    private final Set<EmbeddingSpace> embedders = new LinkedHashSet<>();
    private final ModelDocuments documents = new ModelDocuments(id -> false);
    private long sequence;

    ModelSystem(String epoch) {
        this.epoch = epoch;
    }

    List<ApiKey> keys() {
        return List.copyOf(keys.values());
    }

    List<EmbeddingSpace> embedders() {
        return List.copyOf(embedders);
    }

    ModelDocuments documents() {
        return documents;
    }

    WriteResult write(Write write, Instant at) {
        if (!write.commands().stream().allMatch(command -> ours(command) || ofDocuments(command))) {
            throw new MnemeException(ErrorCode.INVALID_REQUEST, "The system shard takes keys and documents alone.");
        }
        List<Outcome> outcomes = new ArrayList<>();
        write.commands().forEach(command -> outcomes.add(decide(command, at)));
        return new WriteResult(outcomes, new Position(epoch, write.owner().slot(), sequence), false);
    }

    static boolean ours(Command command) {
        return command instanceof Command.PutKey
                || command instanceof Command.DeleteKey
                || command instanceof Command.PutEmbedder;
    }

    private static boolean ofDocuments(Command command) {
        return command instanceof Command.PutDocument || command instanceof Command.DeleteDocument;
    }

    private Outcome decide(Command command, Instant at) {
        if (command instanceof Command.PutDocument put) {
            return documents.put(put, at);
        }
        if (command instanceof Command.DeleteDocument delete) {
            return documents.delete(delete);
        }
        if (command instanceof Command.PutKey(ApiKey key)) {
            keys.put(key.id(), key);
        } else if (command instanceof Command.DeleteKey(String id) && keys.remove(id) == null) {
            return new Outcome.Rejected(ErrorCode.NOT_FOUND, "There is no key with this id.", null, null);
        }
        if (command instanceof Command.PutEmbedder(EmbeddingSpace space)) {
            embedders.add(space);
        }
        sequence++;
        return new Outcome.Done();
    }
}
