package dev.mneme.cli.imports;

import java.util.function.Supplier;

/// A row of a file that memories are imported from.
sealed interface ImportRow {
    /// From 1, in the source's unit.
    long number();

    /// A memory.
    ///
    /// @param json as an item of `POST /memories`
    /// @param deduped whether it is the same memory when it comes again; otherwise each is a new one
    /// @param text the row as it is in the file
    record Memory(long number, String json, boolean deduped, Supplier<String> text) implements ImportRow {}

    /// A row that is not a memory.
    ///
    /// @param field the one at fault; empty: the row as a whole
    /// @param detail what is wrong and what to do, as a sentence
    /// @param text the row, or its beginning
    record Bad(long number, String code, String field, String detail, String text) implements ImportRow {
        static Bad of(long number, String field, String detail, String text) {
            return new Bad(number, "invalid_request", field, detail, text);
        }

        static Bad tooLong(long number, String text) {
            return new Bad(number, "too_large", "", "It may have 8 MiB at most.", text);
        }
    }

    /// The file cannot be read from here on: nothing follows.
    record Broken(long number, String detail) implements ImportRow {}
}
