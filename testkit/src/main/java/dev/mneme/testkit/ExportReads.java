package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Exports;
import dev.mneme.core.spi.Store;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Exports of two stores, where both export.
final class ExportReads {
    private ExportReads() {}

    static void compare(Owner owner, Store model, Store subject) {
        if (model instanceof Exports expected && subject instanceof Exports actual) {
            assertThat(of(actual, owner)).as("export of %s", owner).isEqualTo(of(expected, owner));
        }
    }

    /// Every record, each vector as its numbers, which are compared by their value.
    private static List<Object> of(Exports exports, Owner owner) {
        List<Object> records = new ArrayList<>();
        exports.export(owner, exported -> {
            if (exported instanceof Exported.OfMemory memory) {
                records.add(memory.versions());
                records.add(numbers(memory.embedding()));
            } else {
                records.add(exported);
            }
        });
        return records;
    }

    private static List<Object> numbers(@Nullable Embedding embedding) {
        if (embedding == null) {
            return List.of();
        }
        List<Object> numbers = new ArrayList<>(List.of(embedding.space()));
        for (float number : embedding.vector()) {
            numbers.add(number);
        }
        return numbers;
    }
}
