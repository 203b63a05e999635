package dev.mneme.cli.imports;

import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.cli.terminal.OwnerOnly;
import dev.mneme.client.JsonText;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// The refused rows of an import. The first one ends the import, or all of them are written, with the reason, into a
/// file that only its owner can read.
///
/// **Threads**: one.
public final class Refusals implements AutoCloseable {
    private final @Nullable Path file;
    private @Nullable OutputStream lines;

    /// Why a row was refused.
    ///
    /// @param unit what the number counts: `line`, `item` or `row`
    /// @param field the one at fault; empty: the row as a whole
    /// @param text the row; of one that is too long, the beginning
    record Refusal(String unit, long number, String code, int status, String field, String detail, String text) {
        private String place() {
            return Character.toUpperCase(unit.charAt(0)) + unit.substring(1) + " " + number;
        }
    }

    /// @param file where they are written; null: the first one ends the import
    public Refusals(@Nullable Path file) {
        this.file = file;
    }

    /// Whether a refused row does not end the import.
    boolean skipped() {
        return file != null;
    }

    /// @param resumed whether an earlier run may have written there
    /// @throws Failure for a file with something in it that no earlier run of this import has written
    void open(boolean resumed) throws IOException {
        if (file == null) {
            return;
        }
        if (!resumed && Files.exists(file) && (!Files.isRegularFile(file) || Files.size(file) > 0)) {
            throw Failure.usage("There is a file " + file
                    + " already, and this import begins anew: name another for the" + " bad rows, or move it away.");
        }
        if (!Files.exists(file)) {
            Files.createFile(file, OwnerOnly.file());
        }
        lines = Files.newOutputStream(file, StandardOpenOption.APPEND);
    }

    /// Keeps a refusal, if bad rows are skipped, and returns its exit status.
    ///
    /// @param before how many are imported, for the message
    /// @throws Failure if they are not skipped
    ExitStatus add(Refusal refusal, long before) throws IOException {
        ExitStatus why = ExitStatus.of(refusal.code(), refusal.status());
        OutputStream out = lines;
        if (out == null) {
            String named = refusal.field().isEmpty() ? "" : " (field: " + refusal.field() + ")";
            throw new Failure(
                    why,
                    refusal.place() + ": " + refusal.detail() + named + " "
                            + before(before, "record", "records") + " Mend it and run the same command again, or"
                            + " go on without bad " + refusal.unit() + "s with --skip-bad FILE.");
        }
        out.write(JsonText.object(json -> {
                    json.writeNumberField(refusal.unit(), refusal.number());
                    json.writeStringField("code", refusal.code());
                    json.writeStringField("field", refusal.field());
                    json.writeStringField("detail", refusal.detail());
                    json.writeStringField("text", refusal.text());
                })
                .getBytes(StandardCharsets.UTF_8));
        out.write('\n');
        return why;
    }

    /// How many are imported, as a sentence.
    static String before(long count, String one, String several) {
        if (count == 0) {
            return "Nothing before it is in.";
        }
        return count == 1
                ? "The one " + one + " before it is in."
                : "The " + count + " " + several + " before it are in.";
    }

    @Override
    public void close() throws IOException {
        if (lines != null) {
            lines.close();
        }
    }
}
