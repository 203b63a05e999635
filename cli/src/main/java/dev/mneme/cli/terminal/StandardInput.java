package dev.mneme.cli.terminal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Reads standard input as UTF-8, strictly: a wrong byte is an error, and never a question mark in a memory.
public final class StandardInput {
    /// The server accepts no larger request, whatever is configured (its default is 8 MiB).
    private static final int MOST_BYTES = 64 << 20;

    private StandardInput() {}

    /// All of the input, without one line break at the end.
    public static String text(InputStream in) {
        try {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw Failure.usage("Standard input is larger than 64 MiB: use --lines, or split it.");
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.replaceFirst("\\r?\\n\\z", "");
        } catch (IOException failure) {
            throw described(failure);
        }
    }

    public static BufferedReader lines(InputStream in) {
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
    }

    public static Failure described(IOException failure) {
        String what = failure instanceof CharacterCodingException
                ? "Standard input is not UTF-8. Convert it first, for example with iconv."
                : "Cannot read standard input: " + failure.getMessage() + ".";
        return new Failure(ExitStatus.USAGE, what, failure);
    }
}
