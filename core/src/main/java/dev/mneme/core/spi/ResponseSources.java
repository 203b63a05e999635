package dev.mneme.core.spi;

import dev.mneme.core.model.At;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.ResponseSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads the response audit. The promises of [Store] hold.
public interface ResponseSources {
    At<Optional<ResponseSource>> find(Owner owner, String chatId, String messageId);

    /// Records in the order in which they were recorded.
    ///
    /// @param filter sees every record that is read; at most `limit` that pass are returned
    /// @param afterSequence 0 for the first
    At<List<ResponseSource>> list(Owner owner, Predicate<ResponseSource> filter, long afterSequence, int limit);

    /// Records, newest first.
    ///
    /// @param beforeSequence null for the newest
    At<List<ResponseSource>> newest(
            Owner owner, Predicate<ResponseSource> filter, @Nullable Long beforeSequence, int limit);
}
