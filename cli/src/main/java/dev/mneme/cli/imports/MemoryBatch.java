package dev.mneme.cli.imports;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/// Memories that are sent as one request.
///
/// @param attempt numbers the keys under which they are sent, from 1. Another one is needed if the server knows the
///     former key from a batch with other rows
record MemoryBatch(List<ImportRow.Memory> rows, int attempt) {
    private static final int MOST_ATTEMPTS = 9;

    static MemoryBatch of(List<ImportRow.Memory> rows) {
        return new MemoryBatch(List.copyOf(rows), 1);
    }

    int size() {
        return rows.size();
    }

    String body() {
        return rows.stream().map(ImportRow.Memory::json).collect(Collectors.joining(",", "{\"items\":[", "]}"));
    }

    /// The same for the same memories, whatever the file and the run. Where each memory is to be new, the same only for
    /// the same place in the file.
    String key() {
        String place = deduped() ? "" : "-at" + rows.getFirst().number();
        return "import-" + digest(body()) + place + (attempt == 1 ? "" : "-" + attempt);
    }

    private boolean deduped() {
        return rows.stream().allMatch(ImportRow.Memory::deduped);
    }

    /// Whether its rows may be sent again in other batches while the outcome of this one is unknown.
    boolean divisible() {
        return size() > 1 && deduped();
    }

    List<MemoryBatch> halves() {
        int half = size() / 2;
        return List.of(of(rows.subList(0, half)), of(rows.subList(half, size())));
    }

    List<MemoryBatch> singles() {
        return rows.stream().map(row -> of(List.of(row))).toList();
    }

    boolean mayBeSentAgain() {
        return attempt < MOST_ATTEMPTS;
    }

    /// Some of the rows under another key.
    MemoryBatch again(List<ImportRow.Memory> some) {
        return new MemoryBatch(List.copyOf(some), attempt + 1);
    }

    private static String digest(String body) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }
}
